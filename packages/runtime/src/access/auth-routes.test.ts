import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AuthError, createCredentialsLimit, createRateLimiter } from "@shaperail/auth";
import { noopLogger } from "@shaperail/core";
import { createClientAddress, createHttpApp } from "@shaperail/http";
import { expect, onTestFinished, test } from "vitest";
import { authRoutes } from "./auth-routes.ts";

const wrong = (): AuthError => new AuthError("No.", { code: "AUTH_CREDENTIALS_WRONG", reason: "wrong credentials" });

/** An application that refuses every login, three times for each account; every request is another client's. */
async function start(): Promise<(body: unknown) => Promise<Response>> {
  const refuse = async (): Promise<never> => {
    throw wrong();
  };
  const routes = authRoutes({
    service: { token: refuse, refresh: refuse, logout: refuse },
    limit: createCredentialsLimit({
      limiter: createRateLimiter(),
      limit: { maxRequests: 3, windowSeconds: 60 },
    }),
    addressOf: createClientAddress({ trustProxy: 1 }),
    db: () => undefined,
    logger: noopLogger,
  });
  const { handle } = createHttpApp({ routes });
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  let clients = 0;
  return (body) =>
    fetch(`http://127.0.0.1:${port}/auth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Forwarded-For": `203.0.113.${(clients += 1)}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
}

test.each([
  { with: "nothing", decoy: () => ({}) },
  {
    with: "another account in another member each time",
    decoy: (index: number) => ({ email: `${index}@example.org` }),
  },
  { with: "its name in two members", decoy: () => ({ login: "ann" }) },
])("guesses of one account count together with $with beside it", async ({ decoy }) => {
  const login = await start();
  const statuses: number[] = [];
  for (let index = 0; index < 4; index += 1) {
    statuses.push((await login({ ...decoy(index), username: "ann", password: String(index) })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429]);
});

test("who guesses wrong is told how many attempts are left", async () => {
  const login = await start();
  const { status, headers } = await login({ username: "ann" });
  expect([status, headers.get("RateLimit")]).toEqual([401, '"default";r=2;t=60']);
});
