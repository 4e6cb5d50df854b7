import { loadProject } from "@shaperail/runtime";
import { type RedisServer, startRedis } from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Client, createClient } from "../client.ts";
import { ACCESS } from "../projects.ts";
import { type RunningProject, startProject } from "../start-project.ts";
import { type Attempt, attemptsAt, type Outcome, type Planted } from "./attempts.ts";
import { type Caller, callersOf } from "./callers.ts";
import { SECRET } from "./hand-made-token.ts";
import { CANARY, changesOf, plantRows, resetRows, rowsIn } from "./planted-rows.ts";
import { recordLog } from "./recorded-log.ts";
import { redisContents } from "./redis-contents.ts";

// The resources are known before anything runs: each endpoint becomes a test.
const { resources } = await loadProject({
  directory: ACCESS,
  env: { DATABASE_URL: "postgres://h/d", REDIS_URL: "redis://h", JWT_SECRET: SECRET },
});
const planted: Planted = {
  resources,
  rows: new Map(resources.map((resource) => [resource.name, plantRows(resource)])),
};
const everyRow = [...planted.rows.values()].flat();
const log = recordLog();
/** Answers that were made for an earlier request. */
let hits = 0;

let redis: RedisServer;
let running: RunningProject;
let client: Client;
let callers: readonly Caller[];
beforeAll(async () => {
  redis = await startRedis();
  running = await startProject(ACCESS, { env: { JWT_SECRET: SECRET, REDIS_URL: redis.url }, logger: log.logger });
  client = createClient(running.url);
  callers = await callersOf(running);
  for (const resource of resources) await resetRows(running, resource, planted.rows);
});
afterAll(async () => {
  client.close();
  await running[Symbol.asyncDispose]();
  await redis.close();
});

/** Everything that went over the wire. */
const wire = ({ text, headers }: Answer): string => `${text}\n${[...headers].flat().join("\n")}`;

/** What an answer must be besides its status: said in one way, not to be kept, and in the log with a reason. */
function flaws({ status, headers, text }: Answer, caller: Caller, isOpen: boolean): readonly string[] {
  const flaw = (is: boolean, name: string): readonly string[] => (is ? [name] : []);
  const refusals = log.refusalsOf(headers.get("x-request-id"));
  const credentials = Object.values(caller.headers).map((value) => value.replace("Bearer ", ""));
  const isRefused = status === 401 || status === 403;
  return [
    ...flaw(status >= 500, "a fault of the server"),
    ...flaw(status < 300 && !isOpen && headers.get("cache-control") !== "no-store", "an answer that others may keep"),
    ...flaw(status === 401 && !headers.has("www-authenticate"), "a 401 without a challenge"),
    ...flaw(status >= 400 && !text.includes(`"status":${status}`), "a refusal outside the envelope"),
    ...flaw(
      isRefused && !refusals.some(({ reason }) => typeof reason === "string"),
      "a refusal that is not in the log",
    ),
    ...flaw(
      credentials.some((credential) => wire({ status, headers, text }).includes(credential)),
      "credentials in it",
    ),
  ];
}

interface Seen extends Outcome {
  readonly flaws?: readonly string[];
}

async function outcomeOf({ call }: Attempt, caller: Caller, isOpen: boolean): Promise<Seen> {
  const answer = await client.send({ ...call, headers: { ...call.headers, ...caller.headers } });
  if (answer.headers.get("x-cache") === "HIT") hits += 1;
  const found = flaws(answer, caller, isOpen);
  const outcome = { status: answer.status, shows: rowsIn(wire(answer), everyRow) };
  return { ...outcome, changes: [], ...(found.length > 0 && { flaws: found }) };
}

const endpoints = resources.flatMap((resource) =>
  resource.endpoints.map((endpoint) => ({ name: `${resource.name}.${endpoint.action}`, resource, endpoint })),
);

describe.each(endpoints)("$name", ({ resource, endpoint }) => {
  test.each([...attemptsAt(resource, endpoint, planted)])("$what", async (attempt) => {
    const table = planted.rows.get(resource.name) ?? [];
    const isRead = endpoint.method === "GET";
    const isOpen = endpoint.auth.kind === "public" && resource.tenantKey === undefined;
    // The second time there may be an answer in a cache that was made for somebody else.
    for (const _round of isRead ? ["first", "again"] : ["once"]) {
      for (const caller of callers) {
        const seen = await outcomeOf(attempt, caller, isOpen);
        const changes = isRead ? [] : await changesOf(running, resource, table);
        // Before it is judged: one mistake should not look like many.
        if (changes.length > 0) await resetRows(running, resource, planted.rows);
        const { name, who } = caller;
        expect({ name, ...seen, changes }).toEqual({ name, ...attempt.expected(who) });
      }
    }
  });
});

test("no line of the log, at its most talkative, has a row or credentials in it", () => {
  expect(log.texts.length).toBeGreaterThan(1_000);
  expect(log.texts.filter((text) => text.includes(CANARY))).toEqual([]);
  expect(log.texts.filter(holds)).toEqual([]);
});

/** Credentials as they were sent. */
const sent = (): readonly string[] =>
  callers.flatMap(({ headers }) => Object.values(headers).map((value) => value.replace("Bearer ", "")));
const holds = (text: string): boolean => sent().some((credential) => text.includes(credential));

test("Redis has rows in cached answers alone, and no credentials", async () => {
  const contents = await redisContents(redis.url);
  expect(contents.filter((text) => text.startsWith("shaperail:ratelimit:")).length).toBeGreaterThan(0);
  expect(contents.filter((text) => text.includes(" = unread "))).toEqual([]);
  const elsewhere = contents.filter((text) => !text.startsWith("shaperail:cache:v:"));
  expect(elsewhere.filter((text) => text.includes(CANARY))).toEqual([]);
  expect(contents.filter(holds)).toEqual([]);
});

test("an answer in the cache has rows of one tenant, which its key names, unless it is for who is above tenants", async () => {
  expect(hits).toBeGreaterThan(100);
  const tenanted = new Set(resources.filter(({ tenantKey }) => tenantKey !== undefined).map(({ name }) => name));
  const belongs = everyRow.filter(({ name }) => tenanted.has(name.split(".")[0] ?? ""));
  // A long key is a digest, which says nothing.
  const answers = (await redisContents(redis.url)).filter((text) => /^shaperail:cache:v:[^:]*:k:/.test(text));
  const mixed = answers.filter((text) => {
    // A query that asks for another tenant's row is in the key; the row must not be in the value.
    const at = text.indexOf(" = ");
    const [key, value] = [text.slice(0, at), text.slice(at)];
    const shown = new Set(rowsIn(value, belongs));
    const tenants = new Set(belongs.filter(({ name }) => shown.has(name)).map(({ tenant }) => tenant));
    return !key.includes('"super_admin"') && [...tenants].some((tenant) => tenants.size > 1 || !key.includes(tenant));
  });
  expect(answers.filter((text) => text.includes(CANARY)).length).toBeGreaterThan(20);
  expect(mixed).toEqual([]);
});
