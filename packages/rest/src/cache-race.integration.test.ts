import { createCache, createMemoryStore } from "@shaperail/cache";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResponseCache, SqlResult, SqlStatement } from "./port.ts";
import { type RestApp, startRestWith } from "./rest.test-kit.ts";

// A read and a write whose steps are taken in a given order. What the read keeps must never be given after the write was answered.

const NOTES = `
resource: notes
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  text: { type: string, required: true }
endpoints:
  get: { auth: public, cache: { ttl: 60 } }
  list: { auth: public, filters: [id], cache: { ttl: 60, invalidate_on: [create, update] } }
  update: { auth: public }
  create: { auth: public }
`;

type Step = "look" | "select" | "keep" | "write" | "tell";
const READ: readonly Step[] = ["look", "select", "keep"];
const WRITE: readonly Step[] = ["write", "tell"];

/** Every order in which both can go on. */
function interleavings(one: readonly Step[], other: readonly Step[]): Step[][] {
  const [first, ...rest] = one;
  const [head, ...tail] = other;
  if (first === undefined || head === undefined) return [[...one, ...other]];
  return [
    ...interleavings(rest, other).map((order) => [first, ...order]),
    ...interleavings(one, tail).map((order) => [head, ...order]),
  ];
}

/** Holds whoever comes to a step until it is its turn. */
interface Conductor {
  reach(step: Step): Promise<void>;
  /** Lets the steps be taken in this order, each when the one before has been taken. */
  play(order: readonly Step[], actors: Readonly<Record<"read" | "write", Promise<unknown>>>): Promise<void>;
}

function createConductor(): Conductor {
  const steps = [...READ, ...WRITE].map(
    (step) => [step, { arrived: Promise.withResolvers<void>(), turn: Promise.withResolvers<void>() }] as const,
  );
  const marks = new Map(steps);
  return {
    async reach(step) {
      marks.get(step)?.arrived.resolve();
      await marks.get(step)?.turn.promise;
    },
    async play(order, { read, write }) {
      for (const step of order) {
        await marks.get(step)?.arrived.promise;
        marks.get(step)?.turn.resolve();
        const actor = READ.includes(step) ? READ : WRITE;
        const next = actor[actor.indexOf(step) + 1];
        await (next === undefined ? (actor === READ ? read : write) : marks.get(next)?.arrived.promise);
      }
    },
  };
}

let conductor: Conductor | undefined;
const store = createMemoryStore();
const [mine, theirs] = [createCache({ store }), createCache({ store })];

/** What reads, and what writes, told apart: they may be two instances with one store. */
const caches: Readonly<Record<string, ResponseCache>> = {
  "one instance": mine,
  "two instances": { fetch: (...request) => mine.fetch(...request), invalidate: (tags) => theirs.invalidate(tags) },
};
let current = mine as ResponseCache;
const conducted: ResponseCache = {
  async fetch(request, load) {
    await conductor?.reach("look");
    return current.fetch(request, load);
  },
  async invalidate(tags) {
    await conductor?.reach("tell");
    return current.invalidate(tags);
  },
};

async function around({ text }: SqlStatement, run: () => Promise<SqlResult>): Promise<SqlResult> {
  const isRead = text.startsWith("SELECT");
  await conductor?.reach(isRead ? "select" : "write");
  const result = await run();
  if (isRead) await conductor?.reach("keep");
  return result;
}

let app: RestApp;
beforeAll(async () => {
  app = await startRestWith({ cache: conducted, around }, NOTES);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([mine.close(), theirs.close()]);
});

let rows = 0;
describe.each(Object.keys(caches))("with %s", (kind) => {
  describe.each([(id: number) => `/v1/notes/${id}`, (id: number) => `/v1/notes?filter[id]=${id}`])(
    "reading %s",
    (pathOf) => {
      test.each(interleavings(READ, WRITE))("%s, %s, %s, %s, %s", async (...order) => {
        current = caches[kind] ?? mine;
        const id = (rows += 1);
        await app.sql(`INSERT INTO notes (id, text) VALUES (${id}, 'old')`);
        const path = pathOf(id);
        conductor = createConductor();
        const read = app.call("GET", path);
        const write = app.call("PATCH", `/v1/notes/${id}`, { body: { text: "new" } });
        await conductor.play(order, { read, write });
        conductor = undefined;
        expect([(await read).status, (await write).status]).toEqual([200, 200]);
        for (const attempt of [1, 2]) {
          const { text } = await app.call("GET", path);
          expect([attempt, text.includes('"text":"new"')]).toEqual([attempt, true]);
        }
      });
    },
  );
});

test("a write inside a transaction is told after the commit", async () => {
  const told: (number | undefined)[] = [];
  const count = async () => Number((await app.sql("SELECT count(*) FROM notes WHERE id = -1"))[0]?.[0]);
  current = {
    fetch: (...request) => mine.fetch(...request),
    async invalidate(tags) {
      told.push(await count());
      return mine.invalidate(tags);
    },
  };
  const create = () =>
    app.call("POST", "/v1/notes", { body: { id: -1, text: "once" }, headers: { "idempotency-key": "race" } });
  expect([(await create()).status, (await create()).status]).toEqual([201, 201]);
  expect(told).toEqual([1, 1]);
});
