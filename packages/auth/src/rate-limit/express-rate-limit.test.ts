import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import type { AuthenticatedRequest } from "../express/auth-of.ts";
import { type ExpressRateLimitOptions, rateLimit } from "./express-rate-limit.ts";
import { createRateLimiter } from "./rate-limiter.ts";

interface AppOptions extends Partial<ExpressRateLimitOptions> {
  readonly trustProxy?: number;
}

/** A plain Express application in which `X-User` stands for credentials that were accepted. */
async function start({ trustProxy = 0, ...options }: AppOptions = {}): Promise<string> {
  const app = express();
  app.set("trust proxy", trustProxy);
  app.use((request: AuthenticatedRequest, _response, next) => {
    const user = request.headers["x-user"];
    if (typeof user === "string") request.auth = { sub: user, role: "member", tenantId: undefined };
    next();
  });
  app.use(rateLimit({ limiter: createRateLimiter(), maxRequests: 1, windowSeconds: 60, ...options }));
  app.get("/", (_request, response) => void response.json("passed"));
  // Express recognises an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(500).json(error.message);
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a request within the limit passes with the two headers, one too many is answered 429", async () => {
  const url = await start();
  const passed = await fetch(url);
  expect([passed.status, await passed.json()]).toEqual([200, "passed"]);
  expect(passed.headers.get("ratelimit")).toBe('"default";r=0;t=60');
  expect(passed.headers.get("ratelimit-policy")).toBe('"default";q=1;w=60');
  expect(passed.headers.get("retry-after")).toBeNull();

  const refused = await fetch(url);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("ratelimit")).toBe('"default";r=0;t=60');
  expect(refused.headers.get("retry-after")).toBe("60");
  expect(await refused.json()).toEqual({
    error: { code: "RATE_LIMITED", status: 429, message: "Rate limit exceeded", details: null },
  });
});

const forwarded = (address: string): Record<string, string> => ({ "X-Forwarded-For": address });

test.each([
  { who: "the same address", trustProxy: 0, first: {}, second: {}, status: 429 },
  { who: "a spoofed address", trustProxy: 0, first: {}, second: forwarded("203.0.113.7"), status: 429 },
  {
    who: "another client of a trusted proxy",
    trustProxy: 1,
    first: forwarded("203.0.113.8"),
    second: forwarded("203.0.113.7"),
    status: 200,
  },
  {
    who: "a client that spoofs behind a trusted proxy",
    trustProxy: 1,
    first: forwarded("203.0.113.8"),
    second: forwarded("198.51.100.1, 203.0.113.8"),
    status: 429,
  },
  { who: "the same user", trustProxy: 0, first: { "X-User": "ann" }, second: { "X-User": "ann" }, status: 429 },
  { who: "another user", trustProxy: 0, first: { "X-User": "ann" }, second: { "X-User": "bob" }, status: 200 },
])("the next request, of $who, is answered $status", async ({ trustProxy, first, second, status }) => {
  const url = await start({ trustProxy });
  expect((await fetch(url, { headers: first })).status).toBe(200);
  expect((await fetch(url, { headers: second })).status).toBe(status);
});

test("a key of one's own says who is one caller; when it throws, the application hears of it", async () => {
  const url = await start({
    key: ({ url: path = "" }) => {
      if (path === "/?") throw new Error("no key");
      return path;
    },
  });
  const statuses = [];
  for (const path of ["/?a", "/?b", "/?a", "/?"]) statuses.push((await fetch(url + path)).status);
  expect(statuses).toEqual([200, 200, 429, 500]);
});

test("two middlewares of one limiter count apart, unless they are named and limited alike", async () => {
  const limiter = createRateLimiter();
  const statusWith = async (options: AppOptions): Promise<number> =>
    (await fetch(await start({ limiter, ...options }))).status;
  expect(await statusWith({})).toBe(200);
  expect(await statusWith({ name: "search" })).toBe(200);
  expect(await statusWith({ windowSeconds: 10 })).toBe(200);
  expect(await statusWith({})).toBe(429);
});

test.each([{ maxRequests: 0 }, { maxRequests: 1.5 }, { windowSeconds: 0 }, { windowSeconds: Number.NaN }])(
  "%o is refused",
  (wrong) => {
    const limiter = createRateLimiter();
    expect(() => rateLimit({ limiter, maxRequests: 1, windowSeconds: 1, ...wrong })).toThrow("whole numbers");
  },
);
