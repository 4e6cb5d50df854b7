import { startRedis } from "@shaperail/test-services";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunningProject } from "../running-project.test-kit.ts";
import { bearer, NOTE, NOTES, notesDatabase, refusals, startAccess, tokenOf } from "./access-project.test-kit.ts";

const LIMIT = "rate_limit: { max_requests: 3, window_secs: 600 }";
const limited = {
  "resources/notes.yaml": NOTES.replace("list: { auth: public }", `list: { auth: public, ${LIMIT} }`).replace(
    "get: { auth: [admin] }",
    `get: { auth: [admin], ${LIMIT} }`,
  ),
};

type Request = Parameters<RunningProject["call"]>[1];
async function statuses({ call }: RunningProject, requests: readonly (readonly [path: string, request?: Request])[]) {
  const seen: number[] = [];
  for (const [path, request] of requests) seen.push((await call(path, request)).status);
  return seen;
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const list = "/v1/notes";
const from = (address: string): Request => ({ headers: { "x-forwarded-for": address } });

test("an endpoint's limit holds for it alone; the answers say how much is left, and when to come back", async () => {
  const running = await startAccess({ files: limited });
  const answers = [];
  for (const _call of times(4, list)) answers.push(await running.call(list));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers.map(({ headers }) => /r=(\d)/.exec(headers.get("ratelimit") ?? "")?.[1])).toEqual([
    "2",
    "1",
    "0",
    "0",
  ]);
  expect(answers[0]?.headers.get("ratelimit-policy")).toMatch(/q=3;w=600/);
  expect(answers[3]?.json.error.code).toBe("RATE_LIMITED");
  expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(500);
  expect((await running.call(list, { method: "POST", body: { title: "t" } })).status).toBe(201);
  expect(refusals(running)).toMatchObject([
    {
      code: "AUTH_RATE_LIMITED",
      reason: "more than 3 requests in 600 s",
      resource: "notes",
      action: "list",
      status: 429,
      request_id: answers[3]?.headers.get("x-request-id"),
    },
  ]);
  expect(running.lines).toContainEqual(
    expect.objectContaining({ level: "WARN", message: expect.stringContaining("counted per process") as string }),
  );
});

describe("who is over the limit does not get round it", () => {
  test.each<{ readonly how: string; readonly path?: string; readonly request?: Request; readonly status?: number }>([
    { how: "with another query", path: `${list}?limit=1&x=1` },
    { how: "with HEAD", request: { method: "HEAD" } },
    { how: "with encoded letters", path: "/v1/%6eotes" },
    { how: "with X-Forwarded-For", request: from("203.0.113.7") },
    { how: "with a chain in X-Forwarded-For", request: from("203.0.113.7, 127.0.0.1, 10.0.0.1") },
    {
      how: "with other headers of proxies",
      request: {
        headers: {
          forwarded: "for=203.0.113.7",
          "x-real-ip": "203.0.113.7",
          "true-client-ip": "203.0.113.7",
          "cf-connecting-ip": "203.0.113.7",
        },
      },
    },
    { how: "with a header in capitals", request: { headers: { "X-FORWARDED-FOR": "203.0.113.7" } } },
    {
      how: "with a method in a header",
      request: { headers: { "x-http-method-override": "POST", "x-method-override": "POST" } },
    },
    { how: "with wrong credentials", request: { headers: bearer("e30.e30.e30") } },
    { how: "with wrong API keys", request: { headers: { "x-api-key": "sk_guess" } } },
    { how: "with a request id of its own", request: { headers: { "x-request-id": "another" } } },
    // Not the endpoint, and so not its rows either; the slash makes it a get of the empty id.
    { how: "in capitals", path: "/V1/NOTES", status: 404 },
    { how: "with two slashes", path: "/v1//notes", status: 404 },
    { how: "with a slash behind", path: "/v1/notes/", status: 401 },
    { how: "with a version that is not there", path: "/v01/notes", status: 404 },
    { how: "with a matrix parameter", path: "/v1/notes;a=1", status: 404 },
  ])("$how", async ({ path = list, request, status = 429 }) => {
    const running = await startAccess({ files: limited });
    expect(await statuses(running, times(3, [list] as const))).toEqual([200, 200, 200]);
    expect(await statuses(running, [[path, request], [list]])).toEqual([status, 429]);
  });
});

test("versions of a resource have one limit together", async () => {
  const next = limited["resources/notes.yaml"].replace("version: 1", "version: 2");
  const running = await startAccess({ files: { ...limited, "resources/notes.v2.yaml": next } });
  expect(await statuses(running, [...times(2, [list] as const), ["/v2/notes"], ["/v2/notes"], [list]])).toEqual([
    200, 200, 200, 429, 429,
  ]);
});

test("behind a proxy that is trusted every client counts for itself, and what a client made up does not", async () => {
  const running = await startAccess({ files: limited, config: "server: { trust_proxy: 1 }" });
  expect(await statuses(running, times(4, [list, from("203.0.113.7")] as const))).toEqual([200, 200, 200, 429]);
  expect(await statuses(running, times(4, [list, from("203.0.113.8")] as const))).toEqual([200, 200, 200, 429]);
  const invented = times(4, 0).map((_zero, at) => [list, from(`198.51.100.${at}, 203.0.113.9`)] as const);
  expect(await statuses(running, invented)).toEqual([200, 200, 200, 429]);
});

test("whoever is known counts as that, with any token of theirs; whoever guesses is counted before being told", async () => {
  const running = await startAccess({ files: limited });
  const as = async (sub: string) => ({ headers: bearer(await tokenOf({ sub, role: "admin" })) });
  const ann = await Promise.all(times(4, "ann").map(async (sub) => [NOTE, await as(sub)] as const));
  expect(await statuses(running, ann)).toEqual([404, 404, 404, 429]);
  expect(await statuses(running, [[NOTE, await as("bea")]])).toEqual([404]);
  const guesses = times(4, 0).map((_zero, at) => [NOTE, { headers: bearer(`guess-${at}`) }] as const);
  expect(await statuses(running, guesses)).toEqual([401, 401, 401, 429]);
  expect(await statuses(running, [[NOTE]])).toEqual([429]);
  const { lines } = running;
  expect(JSON.stringify(lines)).not.toContain("guess-1");
  expect(refusals(running).length).toBeGreaterThan(0);
});

test("the default of the project holds for each endpoint without a limit of its own", async () => {
  const running = await startAccess({ config: "rate_limit: { max_requests: 2, window_secs: 600 }" });
  expect(await statuses(running, times(3, [list] as const))).toEqual([200, 200, 429]);
  const post = { method: "POST", body: { title: "t" } };
  expect(await statuses(running, times(3, [list, post] as const))).toEqual([201, 201, 429]);
  expect(await statuses(running, [["/health"], ["/openapi.json"]])).toEqual([200, 200]);
});

test(
  "processes with one Redis count together; without it each goes on with what it allowed itself",
  { timeout: 90_000 },
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const { url } = await notesDatabase();
    const open = () => startAccess({ files: limited, databaseUrl: url, env: { REDIS_URL: redis.url } });
    const [one, two] = [await open(), await open()];
    expect(await statuses(one, times(2, [list] as const))).toEqual([200, 200]);
    expect(await statuses(two, times(2, [list] as const))).toEqual([200, 429]);
    expect(await statuses(one, [[list]])).toEqual([429]);
    await redis.stop("kill");
    // Each knows what it allowed: one two, the other one.
    expect(await statuses(one, times(2, [list] as const))).toEqual([200, 429]);
    expect(await statuses(two, times(3, [list] as const))).toEqual([200, 200, 429]);
  },
);
