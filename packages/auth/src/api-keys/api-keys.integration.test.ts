import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuthDatabase, type LogLine, openAuthDatabase, recordingLogger } from "../auth-database.test-kit.ts";
import type { SqlRunner } from "../sql-runner.ts";
import { newApiKey } from "./api-key.ts";
import { type ApiKeys, type ApiKeysOptions, createApiKeys } from "./api-keys.ts";

let db: AuthDatabase;
const asked: string[] = [];
let runner: SqlRunner;
let keys: ApiKeys;
const REPORTS = { label: "nightly reports", role: "reader" };
const refused = { code: "AUTH_API_KEY_INVALID", status: 401 };

const open = (given: Partial<ApiKeysOptions> = {}): ApiKeys => createApiKeys({ runner, ...given });
/** What verify does, whether it throws or rejects. */
const verify = async (key: string, by = keys): Promise<unknown> => by.verify(key);
const lookups = (): number => asked.filter((name) => name === "auth.api_key.find").length;

beforeAll(async () => {
  db = await openAuthDatabase();
  runner = {
    run(statement, values) {
      asked.push(statement.name);
      return db.database.run(statement, values);
    },
  };
  keys = open();
});
afterAll(async () => {
  await keys.close();
  await db[Symbol.asyncDispose]();
});

describe("create, list, revoke", () => {
  test("a key is shown once; afterwards it is its prefix, and what it is for", async () => {
    const { key, ...record } = await keys.create({ ...REPORTS, tenantId: "north", sub: "ann", expiresInSeconds: 60 });
    expect(key).toMatch(/^sk_[A-Za-z0-9_-]{48}$/);
    expect(record).toMatchObject({ ...REPORTS, tenantId: "north", sub: "ann", prefix: key.slice(0, 11) });
    expect((record.expiresAt?.getTime() ?? 0) - record.createdAt.getTime()).toBe(60_000);
    expect(record).toMatchObject({ lastUsedAt: undefined, revokedAt: undefined });
    expect(await keys.list()).toContainEqual(record);
    const dump = await db.dump();
    expect(dump).toContain(record.prefix);
    expect(dump).not.toContain(key);
    expect(dump).not.toContain(key.slice(11));
  });

  test("a key without a subject acts for itself", async () => {
    const { id, sub, tenantId, expiresAt } = await keys.create(REPORTS);
    expect({ sub, tenantId, expiresAt }).toEqual({ sub: id, tenantId: undefined, expiresAt: undefined });
  });

  test.each([
    { ...REPORTS, label: " " },
    { ...REPORTS, role: "" },
    { ...REPORTS, sub: "" },
    { ...REPORTS, tenantId: "x".repeat(201) },
    { ...REPORTS, label: "a\0b" },
    { ...REPORTS, label: "\u001b[2J" },
    { ...REPORTS, expiresInSeconds: 0 },
    { ...REPORTS, expiresInSeconds: Number.NaN },
  ])("%o is refused", async (input) => {
    await expect(keys.create(input)).rejects.toThrow(TypeError);
  });

  test("revoking twice keeps the time of the first; what is no id revokes nothing", async () => {
    const { id } = await keys.create(REPORTS);
    const revokedAt = async (): Promise<Date | undefined> =>
      (await keys.list()).find((record) => record.id === id)?.revokedAt;
    expect(await keys.revoke(id)).toBe(true);
    const first = await revokedAt();
    expect(first).toBeInstanceOf(Date);
    expect(await keys.revoke(id)).toBe(true);
    expect(await revokedAt()).toEqual(first);
    expect(await keys.revoke("3f0f1f8e-0000-4000-8000-000000000000")).toBe(false);
    expect(await keys.revoke("' OR true --")).toBe(false);
  });
});

describe("verify", () => {
  test("a key is its subject, role and tenant: the first time by the database, then at once", async () => {
    const { key, id } = await keys.create({ ...REPORTS, sub: "ann", tenantId: "north" });
    const subject = { sub: "ann", role: "reader", tenantId: "north", keyId: id };
    const first = keys.verify(key);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toEqual(subject);
    expect(keys.verify(key)).toEqual(subject);
  });

  test("an unknown, an expired and a revoked key, and no key at all, are refused with the same words", async () => {
    const expired = await keys.create({ ...REPORTS, expiresInSeconds: 60 });
    await db.sql(`UPDATE shaperail_api_keys SET expires_at = now() WHERE id = '${expired.id}'`);
    const revoked = await keys.create(REPORTS);
    await keys.revoke(revoked.id);
    const bad = [newApiKey(), expired.key, revoked.key, "", "sk_", "x".repeat(10_000), "' OR true --"];
    const errors = await Promise.all(bad.map((key) => verify(key).catch((error: unknown) => error)));
    for (const error of errors) expect(error).toMatchObject(refused);
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
    expect(JSON.stringify(errors)).not.toContain("sk_");
  });

  test("a mistyped key costs no question, an unknown one a single question", async () => {
    const { key } = await keys.create(REPORTS);
    const before = lookups();
    await expect(verify(key.slice(0, -1) + (key.endsWith("A") ? "B" : "A"))).rejects.toMatchObject(refused);
    expect(lookups()).toBe(before);
    const unknown = newApiKey();
    for (const _try of [1, 2, 3]) await expect(verify(unknown)).rejects.toMatchObject(refused);
    expect(lookups()).toBe(before + 1);
  });

  test("what is looked up and compared is the digest: nothing else of a key leaves the process", async () => {
    const values: unknown[] = [];
    const watched: SqlRunner = {
      run(statement, given) {
        values.push(...given);
        return db.database.run(statement, given);
      },
    };
    await using other = open({ runner: watched });
    const { key } = await other.create(REPORTS);
    await other.verify(key);
    expect(values).toContain(createHash("sha256").update(key).digest("hex"));
    expect(JSON.stringify(values)).not.toContain(key.slice(11));
  });

  test("many requests with one key at once ask once", async () => {
    const { key, id } = await keys.create(REPORTS);
    const before = lookups();
    const subjects = await Promise.all(Array.from({ length: 50 }, async () => keys.verify(key)));
    expect(subjects.every(({ keyId }) => keyId === id)).toBe(true);
    expect(lookups()).toBe(before + 1);
  });

  test("many requests with bad keys do not push out a good one", async () => {
    await using small = open({ cacheSize: 2 });
    const { key } = await small.create(REPORTS);
    await small.verify(key);
    for (const _other of Array.from({ length: 10 })) await verify(newApiKey(), small).catch(() => undefined);
    expect(small.verify(key)).not.toBeInstanceOf(Promise);
  });

  test("a revoked key is refused at once here, and after cacheSeconds elsewhere", async () => {
    let now = Date.now();
    await using elsewhere = open({ clock: () => now });
    const { key, id } = await keys.create(REPORTS);
    await Promise.all([keys.verify(key), elsewhere.verify(key)]);
    await keys.revoke(id);
    await expect(verify(key)).rejects.toMatchObject(refused);
    now += 4_900;
    expect(elsewhere.verify(key)).toMatchObject({ keyId: id });
    now += 101;
    await expect(verify(key, elsewhere)).rejects.toMatchObject(refused);
  });

  test("an answer that was under way when the key was revoked is not remembered", async () => {
    const answered = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow: SqlRunner = {
      async run(statement, values) {
        const result = await db.database.run(statement, values);
        if (statement.name !== "auth.api_key.find") return result;
        answered.resolve();
        await held.promise;
        return result;
      },
    };
    await using other = open({ runner: slow });
    const { key, id } = await other.create(REPORTS);
    const first = verify(key, other);
    await answered.promise;
    await other.revoke(id);
    held.resolve();
    await expect(first).resolves.toMatchObject({ keyId: id });
    await expect(verify(key, other)).rejects.toMatchObject(refused);
  });

  test("a key expires to the moment, also when it was verified just before", async () => {
    let now = Date.now();
    await using other = open({ clock: () => now });
    const { key, expiresAt } = await other.create({ ...REPORTS, expiresInSeconds: 3 });
    await other.verify(key);
    expect(other.verify(key)).not.toBeInstanceOf(Promise);
    now = expiresAt?.getTime() ?? 0;
    expect(other.verify(key)).toBeInstanceOf(Promise);
  });

  test("a database that does not answer is an error, not a refusal, and is not remembered", async () => {
    let isOut = true;
    await using other = open({
      runner: {
        run(statement, values) {
          if (isOut) throw new Error("the database is gone");
          return db.database.run(statement, values);
        },
      },
    });
    const { key } = await keys.create(REPORTS);
    await expect(verify(key, other)).rejects.toThrow("the database is gone");
    isOut = false;
    await expect(verify(key, other)).resolves.toMatchObject({ role: "reader" });
  });
});

describe("the last use", () => {
  const lastUse = async (id: string): Promise<Date | undefined> =>
    (await keys.list()).find((record) => record.id === id)?.lastUsedAt;

  test("is written behind the request, at most once a minute", async () => {
    let now = Date.now();
    await using other = open({ clock: () => now, cacheSeconds: 600 });
    const { key, id } = await other.create(REPORTS);
    const touches = (): number => asked.filter((name) => name === "auth.api_key.touch").length;
    const before = touches();
    for (const _request of [1, 2, 3]) await other.verify(key);
    await expect.poll(() => lastUse(id), { timeout: 5_000 }).toBeInstanceOf(Date);
    expect(touches()).toBe(before + 1);
    now += 60_000;
    await other.verify(key);
    await other.verify(key);
    expect(touches()).toBe(before + 2);
  });

  test("is not written again by another process within the minute", async () => {
    const { key, id } = await keys.create(REPORTS);
    await keys.verify(key);
    await expect.poll(() => lastUse(id), { timeout: 5_000 }).toBeInstanceOf(Date);
    const first = await lastUse(id);
    await using other = open({ clock: () => Date.now() + 61_000 });
    await other.verify(key);
    await other.close();
    expect(await lastUse(id)).toEqual(first);
  });

  test("that cannot be written is logged, and the request is served", async () => {
    const lines: LogLine[] = [];
    const noTouch: SqlRunner = {
      run: (statement, values) =>
        statement.name === "auth.api_key.touch"
          ? Promise.reject(new Error("read-only"))
          : db.database.run(statement, values),
    };
    await using other = open({ runner: noTouch, logger: recordingLogger(lines) });
    const { key, id } = await other.create(REPORTS);
    await expect(verify(key, other)).resolves.toMatchObject({ keyId: id });
    await expect.poll(() => lines, { timeout: 5_000 }).toMatchObject([{ level: "warn", fields: { key_id: id } }]);
    expect(JSON.stringify(lines)).not.toContain(key);
  });

  test("close waits for what is being written, a moment at most, and twice is once", async () => {
    const hangs: SqlRunner = {
      run: (statement, values) =>
        statement.name === "auth.api_key.touch" ? new Promise(() => undefined) : db.database.run(statement, values),
    };
    const other = open({ runner: hangs });
    const { key } = await other.create(REPORTS);
    await other.verify(key);
    await Promise.all([other.close(), other.close()]);
    const quick = open();
    const created = await quick.create(REPORTS);
    await quick.verify(created.key);
    await quick.close();
    expect(await lastUse(created.id)).toBeInstanceOf(Date);
  });
});
