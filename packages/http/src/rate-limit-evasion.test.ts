import { AuthError, createLimit, createRateLimiter } from "@shaperail/auth";
import { expect, test } from "vitest";
import { type ClientAddress, createClientAddress } from "./client-address.ts";
import { HttpError } from "./errors.ts";
import type { Exchange, Route } from "./exchange.ts";
import { rawClient } from "./raw-client.test-kit.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

/** One limited endpoint, as an assembly of the two packages makes it: one request a minute. */
function limitedRoute(addressOf: ClientAddress): Route {
  const limit = createLimit<Exchange>({
    limiter: createRateLimiter(),
    defaultLimit: { maxRequests: 1, windowSeconds: 60 },
    addressOf: ({ request }) => addressOf(request),
  });
  const call = { resource: "posts", action: "get", limit: undefined, subject: undefined };
  return {
    method: "GET",
    path: "/v1/posts/:id",
    async handle(exchange) {
      try {
        await limit(exchange, call);
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        throw new HttpError(error.message, { code: "RATE_LIMITED", headers: error.headers, cause: error });
      }
      sendJson(exchange, 200, "{}");
    },
  };
}

interface Attempt {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: string;
}

async function statusOf(
  port: number,
  { method = "GET", target = "/v1/posts/7", headers = "" }: Attempt = {},
): Promise<number> {
  const client = await rawClient(port);
  client.write(`${method} ${target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${headers}\r\n`);
  return Number((await client.closed()).split(" ")[1]);
}

const ADDRESS_HEADERS = [
  "X-Forwarded-For",
  "X-Real-IP",
  "X-Client-IP",
  "True-Client-IP",
  "CF-Connecting-IP",
  "Forwarded: for",
];

test.each([
  { what: "the same request", attempt: {}, status: 429 },
  { what: "another id", attempt: { target: "/v1/posts/8" }, status: 429 },
  { what: "HEAD", attempt: { method: "HEAD" }, status: 429 },
  { what: "a query", attempt: { target: "/v1/posts/7?x=1" }, status: 429 },
  { what: "a fragment", attempt: { target: "/v1/posts/7#x" }, status: 429 },
  { what: "an encoded letter", attempt: { target: "/v1/p%6Fsts/7" }, status: 429 },
  { what: "an encoded version", attempt: { target: "/%76%31/posts/7" }, status: 429 },
  { what: "an encoded id", attempt: { target: "/v1/posts/%37" }, status: 429 },
  { what: "a host in the target", attempt: { target: "http://test/v1/posts/7" }, status: 429 },
  { what: "a method override", attempt: { headers: "X-HTTP-Method-Override: HEAD\r\n" }, status: 429 },
  { what: "upper case", attempt: { target: "/V1/POSTS/7" }, status: 404 },
  { what: "a slash at the end", attempt: { target: "/v1/posts/7/" }, status: 404 },
  { what: "a double slash", attempt: { target: "/v1//posts/7" }, status: 404 },
  { what: "dots", attempt: { target: "/v1/x/../posts/7" }, status: 404 },
  { what: "an encoded slash", attempt: { target: "/v1%2Fposts/7" }, status: 404 },
  { what: "another version", attempt: { target: "/v2/posts/7" }, status: 404 },
  { what: "no version", attempt: { target: "/posts/7" }, status: 404 },
  { what: "another method", attempt: { method: "POST" }, status: 405 },
  ...ADDRESS_HEADERS.map((name) => {
    const separator = name.includes(":") ? "=" : ": ";
    return { what: `a spoofed ${name}`, attempt: { headers: `${name}${separator}198.51.100.1\r\n` }, status: 429 };
  }),
])("a used-up limit is not evaded by $what: $status", async ({ attempt, status }) => {
  const { port } = await startServer({ routes: [limitedRoute(createClientAddress())] });
  expect(await statusOf(port)).toBe(200);
  expect(await statusOf(port, attempt)).toBe(status);
});

test("behind a proxy each client has a limit of its own, and cannot choose whose", async () => {
  const { port } = await startServer({ routes: [limitedRoute(createClientAddress({ trustProxy: ["127.0.0.0/8"] }))] });
  const ask = (forwardedFor: string): Promise<number> =>
    statusOf(port, { headers: `X-Forwarded-For: ${forwardedFor}\r\n` });
  expect(await ask("203.0.113.7")).toBe(200);
  expect(await ask("203.0.113.8")).toBe(200);
  expect(await ask("198.51.100.1, 203.0.113.7")).toBe(429);
  expect(await ask("127.0.0.1, 203.0.113.7")).toBe(429);
  expect(await ask("2001:db8::1")).toBe(200);
  expect(await ask("2001:db8::2")).toBe(429);
});

test("a refused request says when to come back, in the envelope", async () => {
  const { url } = await startServer({ routes: [limitedRoute(createClientAddress())] });
  await fetch(`${url}/v1/posts/7`);
  const response = await fetch(`${url}/v1/posts/7`);
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("60");
  expect(response.headers.get("ratelimit")).toBe('"default";r=0;t=60');
  expect(response.headers.get("ratelimit-policy")).toBe('"default";q=1;w=60');
  expect(await response.json()).toMatchObject({ error: { code: "RATE_LIMITED", message: "Rate limit exceeded" } });
});
