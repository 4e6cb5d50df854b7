import { expect, test } from "vitest";
import { createHttpApp, type HttpAppOptions } from "./app.ts";
import type { CorsOptions } from "./cors.ts";
import { createExpressBase } from "./express.ts";
import type { Exchange, Route } from "./exchange.ts";
import { send, sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const app = "https://app.example.org";
const ok = (exchange: Exchange): void => sendJson(exchange, 200, "{}");
const routes: readonly Route[] = [
  { method: "GET", path: "/posts", handle: ok },
  { method: "POST", path: "/posts", handle: ok },
  { method: "GET", path: "/posts/:id", handle: ok },
  { method: "GET", path: "/large", handle: (exchange) => sendJson(exchange, 200, JSON.stringify("x".repeat(2_000))) },
  { method: "GET", path: "/varies", handle: (x) => send(x, { status: 200, headers: { Vary: "X-A" }, body: "" }) },
];

interface Sent {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Options = Partial<HttpAppOptions> & { readonly cors?: CorsOptions };

async function answerTo(path: string, { headers, method }: Sent, options: Options = { cors: { origins: [app] } }) {
  const { url } = await startServer({ routes, ...options });
  const response = await fetch(url + path, { method, headers: { ...headers } });
  await response.text();
  const entries = [...response.headers].filter(([name]) => /^(?:access-control-|vary$|allow$)/.test(name));
  return { status: response.status, ...Object.fromEntries(entries) };
}

const exposed = "X-Request-Id, ETag, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Cache";
const preflight = { Origin: app, "Access-Control-Request-Method": "GET" };

test("without the option no request gets a CORS header", async () => {
  expect(await answerTo("/posts", { headers: { Origin: app } }, {})).toEqual({ status: 200 });
  const answer = await answerTo("/posts", { method: "OPTIONS", headers: preflight }, {});
  expect(answer).toEqual({ status: 204, allow: "GET, HEAD, POST, OPTIONS" });
});

test("a page of a listed origin may read the answer, and a cache keeps it for that origin alone", async () => {
  expect(await answerTo("/posts", { headers: { Origin: app } })).toEqual({
    status: 200,
    "access-control-allow-origin": app,
    "access-control-expose-headers": exposed,
    vary: "Origin",
  });
});

test.each([
  { origin: "https://evil.example" },
  { origin: "https://app.example.org.evil.example" },
  { origin: "https://evil-app.example.org" },
  { origin: "https://app.example.org:8443" },
  { origin: "http://app.example.org" },
  { origin: "https://APP.example.org" },
  { origin: "null" },
  { origin: "" },
])("the origin `$origin` gets no CORS header, neither on a preflight", async ({ origin }) => {
  expect(await answerTo("/posts", { headers: { Origin: origin } })).toEqual({ status: 200, vary: "Origin" });
  const answer = await answerTo("/posts", { method: "OPTIONS", headers: { ...preflight, Origin: origin } });
  expect(answer).toEqual({ status: 204, allow: "GET, HEAD, POST, OPTIONS", vary: "Origin" });
});

test("a request of no page gets no CORS header, but a cache learns that others may", async () => {
  expect(await answerTo("/posts", { headers: {} })).toEqual({ status: 200, vary: "Origin" });
});

test.each([
  { path: "/posts", methods: "GET, HEAD, POST, OPTIONS" },
  { path: "/posts/7", methods: "GET, HEAD, OPTIONS" },
])("a preflight of $path is told its methods: $methods", async ({ path, methods }) => {
  expect(await answerTo(path, { method: "OPTIONS", headers: preflight })).toEqual({
    status: 204,
    allow: methods,
    "access-control-allow-origin": app,
    "access-control-allow-methods": methods,
    "access-control-allow-headers":
      "authorization, content-type, idempotency-key, if-match, if-none-match, x-api-key, x-request-id, traceparent",
    "access-control-max-age": "600",
    vary: "Origin",
  });
});

test("a preflight of a path that is not there is 404", async () => {
  expect((await answerTo("/nowhere", { method: "OPTIONS", headers: preflight })).status).toBe(404);
});

test("OPTIONS that is no preflight is answered like any request", async () => {
  const answer = await answerTo("/posts", { method: "OPTIONS", headers: { Origin: app } });
  expect(answer).toMatchObject({ allow: "GET, HEAD, POST, OPTIONS", "access-control-expose-headers": exposed });
  expect(answer).not.toHaveProperty("access-control-allow-methods");
});

test("a page may read why it was refused", async () => {
  const answer = await answerTo("/posts/7", { method: "DELETE", headers: { Origin: app } });
  expect(answer).toMatchObject({ status: 405, "access-control-allow-origin": app });
});

test("every page may read what is open to all, and a cache may share it", async () => {
  const cors = { origins: ["*"] };
  expect(await answerTo("/posts", { headers: { Origin: "https://any.example" } }, { cors })).toEqual({
    status: 200,
    "access-control-allow-origin": "*",
    "access-control-expose-headers": exposed,
  });
  const answer = await answerTo("/posts", { method: "OPTIONS", headers: preflight }, { cors });
  expect(answer).toMatchObject({ "access-control-allow-origin": "*" });
});

test("credentials, memory and further headers are as configured", async () => {
  const cors = {
    origins: ["http://localhost:5173", app],
    credentials: true,
    maxAgeSeconds: 5,
    allowedHeaders: ["x-a"],
    exposedHeaders: ["X-B"],
  };
  const plain = await answerTo("/posts", { headers: { Origin: "http://localhost:5173" } }, { cors });
  expect(plain).toMatchObject({
    "access-control-allow-origin": "http://localhost:5173",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": `${exposed}, X-B`,
  });
  expect(await answerTo("/posts", { method: "OPTIONS", headers: preflight }, { cors })).toMatchObject({
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": expect.stringMatching(/, x-a$/),
    "access-control-max-age": "5",
  });
});

test.each([
  { path: "/large", vary: "Origin, Accept-Encoding" },
  { path: "/varies", vary: "Origin, X-A" },
])("$path varies by everything that was looked at: $vary", async ({ path, vary }) => {
  expect(await answerTo(path, { headers: { Origin: app } })).toMatchObject({ vary });
});

test("the paths of an Express application are open to the same pages", async () => {
  const express = await createExpressBase();
  express.patch("/hello", (_request, response) => void response.json({}));
  const options = { cors: { origins: [app] }, app: express };
  const headers = { Origin: app };
  expect(await answerTo("/hello", { method: "PATCH", headers }, options)).toMatchObject({
    status: 200,
    "access-control-allow-origin": app,
    vary: "Origin",
  });
  const asked = { ...preflight, "Access-Control-Request-Method": "PATCH" };
  expect(await answerTo("/hello", { method: "OPTIONS", headers: asked }, options)).toMatchObject({
    status: 200,
    "access-control-allow-methods": expect.stringContaining("PATCH"),
  });
  // What Express passes on is one of ours after all.
  expect(await answerTo("/posts/7", { method: "OPTIONS", headers: asked }, options)).toMatchObject({
    status: 204,
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
  });
});

test.each([
  "https://app.example.org/",
  "https://app.example.org/path",
  "https://app.example.org:443",
  "https://App.example.org",
  "HTTPS://app.example.org",
  "https://user@app.example.org",
  "https://*.example.org",
  "app.example.org",
  "null",
  "",
  "file://",
])("`%s` cannot be listed: no browser sends it", (origin) => {
  const message = `"${origin}" is not an origin; write scheme://host or scheme://host:port.`;
  expect(() => createHttpApp({ routes: [], cors: { origins: [origin] } })).toThrow(new TypeError(message));
});

test.each(["https://app.example.org:8443", "http://localhost", "http://[::1]:3000", "capacitor://localhost", "*"])(
  "`%s` can be listed",
  (origin) => {
    expect(() => createHttpApp({ routes: [], cors: { origins: [origin] } })).not.toThrow();
  },
);

test("every origin together with credentials is a TypeError", () => {
  const cors = { origins: [app, "*"], credentials: true };
  expect(() => createHttpApp({ routes: [], cors })).toThrow(TypeError);
});
