import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { ControllerContext } from "./controller.ts";
import { type RestApp, startRestWith } from "./rest.test-kit.ts";

const ORDERS = `
resource: orders
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  amount: { type: integer, required: true, min: 1 }
  code: { type: string, unique: true }
endpoints:
  create: { auth: public, input: [amount, code], controller: { before: count, after: sign } }
  list: { auth: public }
`;

let app: RestApp;
let runs = 0;
let slowly = async (): Promise<void> => undefined;
const functions = {
  controllers: {
    count: async () => {
      runs += 1;
      await slowly();
    },
    sign: (context: ControllerContext) => {
      context.response_extras["run"] = runs;
      context.response_headers.push(["X-Run", String(runs)]);
    },
  },
  handlers: {},
};
beforeAll(async () => {
  app = await startRestWith({ functions: () => functions }, ORDERS);
});
afterAll(() => app[Symbol.asyncDispose]());

const order = (key: string, body: unknown) =>
  app.call("POST", "/v1/orders", { body, headers: { "idempotency-key": key } });
const count = async (): Promise<number> => Number((await app.sql("SELECT count(*) FROM orders"))[0]?.[0]);

test("the same key and body get the same answer, and one row", async () => {
  const before = await count();
  const first = await order("k-1", { amount: 5, code: "x" });
  const second = await order("k-1", { amount: 5, code: "x" });
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.text).toBe(first.text);
  expect(second.headers.get("x-run")).toBe(first.headers.get("x-run"));
  expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
  expect([first.headers.get("idempotency-replayed"), second.headers.get("idempotency-replayed")]).toEqual([
    null,
    "true",
  ]);
  expect(await count()).toBe(before + 1);
});

test("the same key and another body are refused", async () => {
  await order("k-2", { amount: 5 });
  const { status, json } = await order("k-2", { amount: 6 });
  expect([status, json!.error.details]).toMatchObject([422, [{ field: "Idempotency-Key", code: "invalid_value" }]]);
});

test("of many requests with one key at once, one makes a row; the others replay it or are told to wait", async () => {
  const before = await count();
  const replies = await Promise.all(Array.from({ length: 20 }, () => order("k-3", { amount: 7 })));
  expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
  expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
  expect(await count()).toBe(before + 1);
  expect((await order("k-3", { amount: 7 })).headers.get("idempotency-replayed")).toBe("true");
});

test("a request that fails leaves nothing behind, so that it can be repeated", async () => {
  await order("k-4", { amount: 1, code: "taken" });
  const conflict = await order("k-5", { amount: 1, code: "taken" });
  expect(conflict.status).toBe(409);
  expect((await order("k-5", { amount: 0 })).status).toBe(422);
  expect((await order("k-5", { amount: 1, code: "free" })).status).toBe(201);
  slowly = () => Promise.reject(new Error("controller"));
  expect((await order("k-6", { amount: 1 })).status).toBe(500);
  slowly = async () => undefined;
  expect((await order("k-6", { amount: 2 })).status).toBe(201);
});

test("while the first request is under way, a second one is told so and does not wait", async () => {
  let finish = (): void => undefined;
  slowly = () => new Promise((resolve) => (finish = resolve));
  const first = order("k-7", { amount: 1 });
  await expect.poll(() => String(finish) !== "() => undefined" && runs).toBeTruthy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await order("k-7", { amount: 1 });
  expect([second.status, second.headers.get("retry-after")]).toEqual([409, "1"]);
  slowly = async () => undefined;
  finish();
  expect((await first).status).toBe(201);
});

test("a key is forgotten after 24 hours", async () => {
  const first = await order("k-8", { amount: 1 });
  const [[left]] = (await app.sql(
    `SELECT extract(epoch FROM expires_at - now()) / 3600 FROM shaperail_idempotency_keys WHERE key = 'k-8'`,
  )) as [[string]];
  expect(Number(left)).toBeGreaterThan(23.9);
  await app.sql("UPDATE shaperail_idempotency_keys SET expires_at = now() WHERE key IN ('k-8', 'k-1')");
  const second = await order("k-8", { amount: 2 });
  expect([second.status, second.text === first.text]).toEqual([201, false]);
  expect(await app.sql("SELECT count(*) FROM shaperail_idempotency_keys WHERE key = 'k-1'")).toEqual([["0"]]);
});

test.each([[""], ["with space"], ["é"], ["x".repeat(256)]])("the key %j is refused", async (key) => {
  expect((await order(key, { amount: 1 })).status).toBe(422);
});

test("without the table, a request with a key is answered 501 and one without is served", async () => {
  await app.sql("ALTER TABLE shaperail_idempotency_keys RENAME TO hidden");
  expect((await order("k-9", { amount: 1 })).status).toBe(501);
  expect((await app.call("POST", "/v1/orders", { body: { amount: 1 } })).status).toBe(201);
  await app.sql("ALTER TABLE hidden RENAME TO shaperail_idempotency_keys");
});

test("creates whose controllers ask the database leave it connections, however many come with a key at once", async () => {
  slowly = async () => void (await app.sql("SELECT 1"));
  onTestFinished(() => {
    slowly = async () => undefined;
  });
  const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => order(`many-${index}`, { amount: 1 })));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
});
