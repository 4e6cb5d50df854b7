import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Logger, noopLogger } from "@shaperail/core";
import { createHttpApp, HttpError } from "@shaperail/http";
import { parseResources } from "@shaperail/resource";
import { expect, onTestFinished, test } from "vitest";
import { authorizeByHeader, credentials } from "./caller.test-kit.ts";
import type { LimitedCall } from "./port.ts";
import { createRestRoutes, type RestOptions } from "./rest-routes.ts";

const NOTES = `
resource: notes
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  title: { type: string }
  created_by: { type: string }
endpoints:
  list: { auth: public }
  get: { auth: [member], rate_limit: { max_requests: 2, window_secs: 60 } }
  create: { auth: public, input: [id] }
  update: { auth: public, controller: { before: look } }
  whoami: { method: GET, path: /notes/whoami, auth: public, handler: whoami }
`;

const { resources } = parseResources([{ file: "notes.yaml", text: NOTES }]);
const ann = { sub: "ann", role: "member" };
const noLimit: RestOptions["limit"] = () => [];

const functions: RestOptions["functions"] = () => ({
  controllers: {
    look: ({ user, response_headers: headers }: never) =>
      void (headers as string[][]).push(["X-User", JSON.stringify(user)]),
  },
  handlers: { whoami: ({ user }: { user: unknown }) => user },
});

const run = async () => ({ rows: [["1", "first", "ann", "7"]], rowCount: 1 });

async function serve(
  options: Partial<RestOptions>,
  logger: Logger = noopLogger,
): Promise<(request: string, init?: RequestInit) => Promise<Response>> {
  const routes = createRestRoutes({
    resources,
    database: () => ({ run }),
    authorize: authorizeByHeader,
    limit: noLimit,
    functions,
    ...options,
  });
  const server = createServer(createHttpApp({ routes, logger }).handle).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return (request, init = {}) => {
    const [method = "", path = ""] = request.split(" ");
    return fetch(url + path, { ...init, method });
  };
}

const json = (body: unknown): RequestInit => ({
  body: JSON.stringify(body),
  headers: { ...credentials(ann), "content-type": "application/json" },
});

test("a public endpoint where it makes no difference who calls does not ask", async () => {
  const asked: string[] = [];
  const call = await serve({
    authorize: (exchange, requirement) => {
      asked.push(requirement.action);
      return authorizeByHeader(exchange, requirement);
    },
  });
  await call("GET /notes");
  await call("POST /notes", json({ id: 1 }));
  await call("PATCH /notes/1", json({ title: "t" }));
  await call("GET /notes/whoami");
  await call("GET /notes/1");
  expect(asked).toEqual(["create", "update", "whoami", "get"]);
});

test.each([
  { name: "a synchronous", wrap: <T>(value: () => T): T | Promise<T> => value() },
  { name: "an asynchronous", wrap: async <T>(value: () => T): Promise<T> => value() },
])("a cached answer for everybody does without $name authorize that cannot say who calls", async ({ wrap }) => {
  const cached = parseResources([
    { file: "notes.yaml", text: NOTES.replace("list: { auth: public }", "list: { auth: public, cache: { ttl: 60 } }") },
  ]);
  const call = await serve({
    resources: cached.resources,
    authorize: () =>
      wrap((): never => {
        throw new HttpError("The issuer is away.", { code: "SERVICE_UNAVAILABLE" });
      }),
    cache: {
      async fetch(_request, load) {
        const { body, meta } = await load();
        return { body: Buffer.from(body), meta, state: "miss" };
      },
      invalidate: async () => undefined,
    },
  });
  const statuses = [(await call("GET /notes")).status, (await call("GET /notes/1")).status];
  expect(statuses).toEqual([200, 503]);
});

test("the application's functions are told who calls a public endpoint, when somebody known does", async () => {
  const call = await serve({});
  const known = { sub: "ann", role: "member" };
  const updated = await call("PATCH /notes/1", json({ title: "t" }));
  expect(JSON.parse(updated.headers.get("x-user") ?? "")).toEqual(known);
  expect(updated.headers.get("cache-control")).toBe("no-store");
  expect(await (await call("GET /notes/whoami", { headers: credentials(ann) })).json()).toEqual({ data: known });
  const anonymous = await call("GET /notes/whoami");
  expect([await anonymous.json(), anonymous.headers.get("cache-control")]).toEqual([{ data: null }, null]);
});

test.each([
  { name: "a synchronous", wrap: <T>(value: () => T): T | Promise<T> => value() },
  { name: "an asynchronous", wrap: async <T>(value: () => T): Promise<T> => value() },
])("$name authorize refuses with its own answer, and what it lets in is not kept by caches", async ({ wrap }) => {
  const call = await serve({ authorize: (...request) => wrap(() => authorizeByHeader(...request)) as never });
  const refused = await call("GET /notes/1");
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  const allowed = await call("GET /notes/1", { headers: credentials(ann) });
  expect([allowed.status, allowed.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const invalid = await call("GET /notes/x", { headers: credentials(ann) });
  expect([invalid.status, invalid.headers.get("cache-control")]).toEqual([422, "no-store"]);
});

test("the statement of a caller who is known at once is sent before anything else can run", async () => {
  const order: string[] = [];
  const [route] = createRestRoutes({
    resources: [{ ...resources[0]!, endpoints: resources[0]!.endpoints.filter(({ kind }) => kind === "get") }],
    database: () => ({ run: () => (order.push("statement"), run()) }),
    authorize: () => ({ subject: { ...ann, tenantId: undefined }, scope: { owner: undefined, tenant: undefined } }),
    limit: noLimit,
  });
  const exchange = {
    params: { id: "1" },
    query: "",
    baseHeaders: [],
    request: { headers: {} },
    response: { headersSent: true },
  };
  const answered = route!.handle(exchange as never);
  queueMicrotask(() => order.push("microtask"));
  await answered;
  expect(order).toEqual(["statement", "microtask"]);
});

test.each([
  { name: "a synchronous", wrap: <T>(value: () => T): T | Promise<T> => value() },
  { name: "an asynchronous", wrap: async <T>(value: () => T): Promise<T> => value() },
])("$name limit counts every call, with who made it, and its headers are on every answer", async ({ wrap }) => {
  const calls: LimitedCall[] = [];
  const call = await serve({
    limit: (_exchange, counted) =>
      wrap(() => {
        calls.push(counted);
        return ["RateLimit", `"default";r=${calls.length};t=1`];
      }),
  });
  const replies = [
    await call("GET /notes"),
    await call("GET /notes/1", { headers: credentials(ann) }),
    await call("GET /notes/1"),
    await call("GET /notes/x", { headers: credentials(ann) }),
    await call("GET /notes/1", { headers: { ...credentials(ann), "if-none-match": '"7"' } }),
  ];
  expect(replies.map(({ status, headers }) => [status, headers.get("ratelimit")])).toEqual([
    [200, '"default";r=1;t=1'],
    [200, '"default";r=2;t=1'],
    [401, '"default";r=3;t=1'],
    [422, '"default";r=4;t=1'],
    [304, '"default";r=5;t=1'],
  ]);
  const limit = { maxRequests: 2, windowSeconds: 60 };
  expect(calls.map(({ action, limit: own, subject }) => ({ action, limit: own, sub: subject?.sub }))).toEqual([
    { action: "list", limit: undefined, sub: undefined },
    { action: "get", limit, sub: "ann" },
    { action: "get", limit, sub: undefined },
    { action: "get", limit, sub: "ann" },
    { action: "get", limit, sub: "ann" },
  ]);
});

test("over the limit, a call is answered 429 before anything is asked of the database, and so is a guess at credentials", async () => {
  const call = await serve({
    database: () => ({ run: () => Promise.reject(new Error("asked")) }),
    limit: () => {
      throw new HttpError("Rate limit exceeded", { code: "RATE_LIMITED", headers: { "Retry-After": "9" } });
    },
  });
  for (const headers of [credentials(ann), {}]) {
    const reply = await call("GET /notes/1", { headers });
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "9"]);
  }
});

test("somebody else's row is refused with a line in the log, as other refusals are", async () => {
  const lines: unknown[] = [];
  const logger: Logger = {
    ...noopLogger,
    child: (target) => ({ ...noopLogger, warn: (message, fields) => void lines.push({ target, message, ...fields }) }),
  };
  const owned = { kind: "restricted", roles: [], owner: true } as const;
  const own = resources.map((notes) => ({
    ...notes,
    endpoints: notes.endpoints.filter(({ kind }) => kind === "get").map((get) => ({ ...get, auth: owned })),
  }));
  const foreign = async () => ({ rows: [[null, null, null, null, "t"]], rowCount: 1 });
  const call = await serve({ resources: own, database: () => ({ run: foreign }) }, logger);
  expect((await call("GET /notes/1", { headers: credentials(ann) })).status).toBe(403);
  const [line] = lines;
  expect(lines).toHaveLength(1);
  expect(line).toMatchObject({
    target: "shaperail_runtime::auth",
    message: "request refused",
    code: "FORBIDDEN",
    reason: "the row belongs to somebody else",
    status: 403,
    resource: "notes",
    action: "get",
    sub: "ann",
    request_id: expect.any(String) as string,
  });
});

test("an endpoint with `rate_limit` is refused at start when nothing counts", () => {
  const start = () =>
    createRestRoutes({ resources, database: () => ({ run }), authorize: authorizeByHeader, functions });
  expect(start).toThrow(
    expect.objectContaining({
      code: "REST_LIMIT_MISSING",
      details: { resource: "notes", version: 1, action: "get" },
    }) as Error,
  );
});

test("row-level security is refused at start on a database without transactions", () => {
  const start = () =>
    createRestRoutes({
      resources,
      database: () => ({ run }),
      authorize: authorizeByHeader,
      limit: noLimit,
      functions,
      rowLevelSecurity: () => true,
    });
  expect(start).toThrow(expect.objectContaining({ code: "REST_TRANSACTION_MISSING" }) as Error);
});
