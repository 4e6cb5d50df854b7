import { expect, test } from "vitest";
import { execute, type RunningProject } from "../running-project.test-kit.ts";
import {
  bearer,
  CREDENTIALS,
  NOTE,
  notesDatabase,
  refusals,
  SIGNS_TOKENS,
  startAccess,
} from "./access-project.test-kit.ts";

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
  readonly expires_in: number;
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly pair: Pair;
  readonly code: string | undefined;
}

/** Sends a body as JSON to one of the routes, with further headers. */
const postWith =
  (headers: Readonly<Record<string, string>>) =>
  async ({ call }: RunningProject, action: string, body: unknown): Promise<Answered> => {
    const { status, headers: sent, json } = await call(`/auth/${action}`, { method: "POST", body, headers });
    return { status, headers: sent, pair: json as unknown as Pair, code: json.error?.code };
  };
const post = postWith({});

const withLogin = { "auth/credentials.ts": CREDENTIALS };
const ann = { email: "ann", password: "right" };
const roomy = "rate_limit: { auth: { max_requests: 1000, window_secs: 60 } }";
const reading = async ({ call }: RunningProject, token: string): Promise<number> =>
  (await call(NOTE, { headers: bearer(token) })).status;

test("logging in gives a token that opens what its role may, and one to go on with; no cache may keep either", async () => {
  const running = await startAccess({ files: withLogin, config: roomy });
  const { status, headers, pair } = await post(running, "token", ann);
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(pair).toEqual({
    access_token: expect.any(String) as string,
    refresh_token: expect.any(String) as string,
    token_type: "Bearer",
    expires_in: 3_600,
  });
  // Let in; there is no such note.
  expect(await reading(running, pair.access_token)).toBe(404);
  const next = await post(running, "refresh", { refresh_token: pair.refresh_token });
  expect([next.status, await reading(running, next.pair.access_token)]).toEqual([200, 404]);
  const claims = JSON.parse(Buffer.from(next.pair.access_token.split(".")[1] ?? "", "base64url").toString()) as object;
  expect(claims).toMatchObject({ sub: "ann", role: "admin", token_type: "access", sid: expect.any(String) as string });
  expect(JSON.stringify(running.lines)).not.toMatch(new RegExp(`${pair.refresh_token}|${pair.access_token}`));
});

test("without auth/credentials.ts nobody can log in: the route is not there, and neither is any without a refresh_expiry", async () => {
  const running = await startAccess({});
  expect(await post(running, "token", ann)).toMatchObject({ status: 404, code: "NOT_FOUND" });
  expect(await post(running, "refresh", { refresh_token: "rt_x" })).toMatchObject({ status: 401 });
  const short = await startAccess({ auth: SIGNS_TOKENS.replace(", refresh_expiry: 30d", "") });
  for (const action of ["token", "refresh", "logout"]) {
    expect(await post(short, action, { refresh_token: "rt_x" })).toMatchObject({ status: 404, code: "NOT_FOUND" });
  }
});

test.each([
  { what: "a wrong password", body: { email: "ann", password: "wrong" } },
  { what: "an unknown user", body: { email: "zoe", password: "right" } },
  { what: "a user that every object has", body: { email: "__proto__", password: "right" } },
])("$what is 401 with a challenge; the log has the reason and not the password", async ({ body }) => {
  const running = await startAccess({ files: withLogin });
  const { status, code, headers } = await post(running, "token", body);
  expect([status, code, headers.get("www-authenticate")]).toEqual([401, "UNAUTHORIZED", "Bearer"]);
  expect(refusals(running)).toMatchObject([
    {
      code: "AUTH_CREDENTIALS_WRONG",
      reason: "wrong credentials",
      action: "token",
      request_id: headers.get("x-request-id"),
    },
  ]);
  expect(JSON.stringify(running.lines)).not.toContain(`"${body.password}"`);
});

test.each([
  { action: "token", body: [], status: 422 },
  { action: "token", body: { email: "a".repeat(20_000) }, status: 413 },
  { action: "refresh", body: {}, status: 422 },
  { action: "refresh", body: { refresh_token: 7 }, status: 422 },
  { action: "refresh", body: { refresh_token: "rt_x", role: "admin" }, status: 422 },
  { action: "refresh", body: { refresh_token: "x".repeat(5_000) }, status: 422 },
  { action: "refresh", body: { refresh_token: "' OR true --" }, status: 401 },
  { action: "logout", body: {}, status: 422 },
])("$body for /auth/$action is $status in the envelope", async ({ action, body, status }) => {
  const running = await startAccess({ files: withLogin });
  const answer = await post(running, action, body);
  expect([answer.status, typeof answer.code]).toEqual([status, "string"]);
});

test("two tabs that refresh at once both go on, in one session; an access token refreshes nothing", async () => {
  const running = await startAccess({ files: withLogin, config: roomy });
  const { pair } = await post(running, "token", ann);
  const tabs = await Promise.all(
    Array.from({ length: 10 }, () => post(running, "refresh", { refresh_token: pair.refresh_token })),
  );
  expect(tabs.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(new Set(tabs.map((tab) => tab.pair.refresh_token)).size).toBe(1);
  expect(await post(running, "refresh", { refresh_token: pair.access_token })).toMatchObject({ status: 401 });
  for (const tab of tabs) expect(await reading(running, tab.pair.access_token)).toBe(404);
});

test("a token that was spent before the grace ends the session everywhere: here at once, in another process within its pause", async () => {
  const { url } = await notesDatabase();
  const [here, there] = [
    await startAccess({ files: withLogin, config: roomy, databaseUrl: url }),
    await startAccess({ files: withLogin, config: roomy, databaseUrl: url }),
  ];
  const { pair } = await post(here, "token", ann);
  const { pair: next } = await post(here, "refresh", { refresh_token: pair.refresh_token });
  expect([await reading(here, next.access_token), await reading(there, next.access_token)]).toEqual([404, 404]);
  await execute(url, [
    "UPDATE shaperail_refresh_tokens SET rotated_at = rotated_at - interval '1 minute' WHERE rotated_at IS NOT NULL",
  ]);

  const stolen = await post(here, "refresh", { refresh_token: pair.refresh_token });
  expect([stolen.status, stolen.code]).toEqual([401, "UNAUTHORIZED"]);
  expect(refusals(here)).toContainEqual(expect.objectContaining({ reason: "refresh token reuse", sub: "ann" }));
  for (const token of [pair.access_token, next.access_token]) expect(await reading(here, token)).toBe(401);
  expect(await post(there, "refresh", { refresh_token: next.refresh_token })).toMatchObject({ status: 401 });
  await expect.poll(() => reading(there, next.access_token), { timeout: 20_000 }).toBe(401);
  // Who logs in again has a session of its own.
  const again = await post(there, "token", ann);
  expect(await reading(here, again.pair.access_token)).toBe(404);
});

test("logging out ends the session, and says the same to whoever has none", async () => {
  const running = await startAccess({ files: withLogin, config: roomy });
  const { pair } = await post(running, "token", ann);
  const other = await post(running, "token", ann);
  const out = await post(running, "logout", { refresh_token: pair.refresh_token });
  expect([out.status, out.headers.get("cache-control")]).toEqual([204, "no-store"]);
  expect(await reading(running, pair.access_token)).toBe(401);
  expect(await post(running, "refresh", { refresh_token: pair.refresh_token })).toMatchObject({ status: 401 });
  expect(await post(running, "logout", { refresh_token: pair.refresh_token })).toMatchObject({ status: 204 });
  expect(await post(running, "logout", { refresh_token: "rt_nobody" })).toMatchObject({ status: 204 });
  expect(await reading(running, other.pair.access_token)).toBe(404);
});

test("role and tenant are what the application says now; who may not go on is out", async () => {
  const refreshSubject = `export function refreshSubject({ sub }) {
  return sub === "ann" ? { role: "retired", tenantId: "south" } : undefined;
}`;
  const running = await startAccess({ files: { "auth/credentials.ts": CREDENTIALS + refreshSubject }, config: roomy });
  const { pair } = await post(running, "token", ann);
  const next = await post(running, "refresh", { refresh_token: pair.refresh_token });
  expect([await reading(running, pair.access_token), await reading(running, next.pair.access_token)]).toEqual([
    404, 403,
  ]);
  const bea = await post(running, "token", { email: "bea", password: "right" });
  expect(await post(running, "refresh", { refresh_token: bea.pair.refresh_token })).toMatchObject({ status: 401 });
  expect(await reading(running, bea.pair.access_token)).toBe(401);
});

test("guessing is slowed down for an address, whatever it sends, before anything is checked", async () => {
  const running = await startAccess({ files: withLogin });
  const tries = Array.from({ length: 12 }, (_, at) => ({ email: `user${at}`, password: "wrong" }));
  const answers: Answered[] = [];
  for (const [at, body] of tries.entries()) {
    const headers = { "x-forwarded-for": `203.0.113.${at}`, "x-real-ip": `198.51.100.${at}` };
    answers.push(await postWith(headers)(running, "token", body));
  }
  expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  const last = answers.at(-1);
  expect([last?.code, Number(last?.headers.get("retry-after")) > 0]).toEqual(["RATE_LIMITED", true]);
  expect(last?.headers.get("ratelimit")).toMatch(/r=0/);
  expect(refusals(running)).toContainEqual(expect.objectContaining({ code: "AUTH_RATE_LIMITED", status: 429 }));
  // The right password does not help now, and going on with a session is counted for itself.
  expect(await post(running, "token", ann)).toMatchObject({ status: 429 });
  expect(await post(running, "refresh", { refresh_token: "rt_x" })).toMatchObject({ status: 401 });
});

test("guessing is slowed down for an account, however it is written and from wherever", async () => {
  const config = "server: { trust_proxy: 1 }";
  const running = await startAccess({ files: withLogin, config });
  const spellings = ["ann", "ANN", " ann ", "Ann", "\u0061nn", "aNN"];
  const statuses: number[] = [];
  for (let at = 0; at < 12; at += 1) {
    const body = { email: spellings[at % spellings.length], password: "wrong" };
    const from = postWith({ "x-forwarded-for": `203.0.113.${at}` });
    statuses.push((await from(running, "token", body)).status);
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  const elsewhere = postWith({ "x-forwarded-for": "203.0.113.99" });
  expect(await elsewhere(running, "token", { email: "bea", password: "right" })).toMatchObject({ status: 200 });
});

test("credentials that the application fails to check are its fault, and no token", async () => {
  const failing = `export function checkCredentials() { throw new Error("the directory is away: hunter2"); }`;
  const wrong = `export function checkCredentials() { return { sub: "", role: "admin" }; }`;
  for (const source of [failing, wrong]) {
    const running = await startAccess({ files: { "auth/credentials.ts": source } });
    const { status, code, pair } = await post(running, "token", ann);
    expect([status, code]).toEqual([500, "INTERNAL_ERROR"]);
    expect(JSON.stringify(pair)).not.toContain("hunter2");
  }
});

test("a method other than POST is 405, and nothing about tokens is read from the URL", async () => {
  const running = await startAccess({ files: withLogin });
  expect((await running.call("/auth/token?email=ann&password=right")).status).toBe(405);
  const empty = await running.call("/auth/token?email=ann&password=right", { method: "POST", body: {} });
  expect(empty.status).toBe(401);
});

test.each([
  { source: CREDENTIALS, warnings: 1 },
  { source: `${CREDENTIALS} export const refreshSubject = ({ role, tenantId }) => ({ role, tenantId });`, warnings: 0 },
])(
  "a project whose sessions never look at roles again is told so at start ($warnings)",
  async ({ source, warnings }) => {
    const { lines } = await startAccess({ files: { "auth/credentials.ts": source } });
    const told = lines.filter(({ level, message }) => level === "WARN" && String(message).includes("refreshSubject"));
    expect(told).toHaveLength(warnings);
  },
);
