import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuthDatabase, type LogLine, openAuthDatabase, recordingLogger } from "../auth-database.test-kit.ts";
import type { SqlRunner } from "../sql-runner.ts";
import { newRefreshToken } from "./refresh-token.ts";
import { createSessions, type Sessions, type SessionsOptions } from "./sessions.ts";

let db: AuthDatabase;
let sessions: Sessions;
const lines: LogLine[] = [];
const ANN = { sub: "ann", role: "editor", tenantId: "north" };

const open = (given: Partial<SessionsOptions> = {}): Sessions =>
  createSessions({ runner: db.database, refreshExpirySeconds: 3_600, accessExpirySeconds: 900, ...given });

beforeAll(async () => {
  db = await openAuthDatabase();
  sessions = open({ logger: recordingLogger(lines) });
});
afterAll(async () => {
  await sessions.close();
  await db[Symbol.asyncDispose]();
});

/** As if everything that happened to a session's tokens had happened earlier. */
const age = (sessionId: string, seconds: number): Promise<unknown> =>
  db.sql(`UPDATE shaperail_refresh_tokens SET rotated_at = rotated_at - interval '${seconds} s',
    issued_at = issued_at - interval '${seconds} s' WHERE session_id = '${sessionId}'`);
const unspent = (sessionId: string): Promise<unknown> =>
  db.sql(`SELECT count(*) FROM shaperail_refresh_tokens WHERE session_id = '${sessionId}' AND rotated_at IS NULL`);
const refused = { code: "AUTH_REFRESH_TOKEN_INVALID", status: 401 };
const reused = { code: "AUTH_REFRESH_TOKEN_REUSED", status: 401 };

function spawnRotation(token: string, times: number): { kill(): void; ended: Promise<string[]> } {
  const script = fileURLToPath(new URL("rotate.test-process.ts", import.meta.url));
  const args = ["--conditions=@shaperail/source", script, db.url, token, String(times)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
  const ended = once(child, "close").then(() => (printed === "" ? [] : (JSON.parse(printed) as string[])));
  return { kill: () => void child.kill("SIGKILL"), ended };
}

describe("rotation", () => {
  test("a token is exchanged for the next one of the same session, which keeps subject, role and tenant", async () => {
    const first = await sessions.start(ANN);
    const second = await sessions.rotate(first.refreshToken);
    const third = await sessions.rotate(second.refreshToken);
    expect([second.sessionId, third.sessionId]).toEqual([first.sessionId, first.sessionId]);
    expect(third.subject).toEqual(ANN);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
  });

  test("a change of role and tenant stays with the session, a tenant that is taken away too", async () => {
    const first = await sessions.start(ANN);
    const second = await sessions.rotate(first.refreshToken, { role: "admin", tenantId: "south" });
    expect(second.subject).toEqual({ sub: "ann", role: "admin", tenantId: "south" });
    const third = await sessions.rotate(second.refreshToken);
    expect(third.subject).toEqual(second.subject);
    const fourth = await sessions.rotate(third.refreshToken, { role: "guest", tenantId: undefined });
    expect(fourth.subject).toEqual({ sub: "ann", role: "guest", tenantId: undefined });
  });

  test("50 uses of one token at once all succeed with one successor", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    const rotated = await Promise.all(Array.from({ length: 50 }, () => sessions.rotate(refreshToken)));
    expect(new Set(rotated.map((session) => session.sessionId))).toEqual(new Set([sessionId]));
    expect(new Set(rotated.map((session) => session.refreshToken)).size).toBe(1);
    expect(await unspent(sessionId)).toEqual([["1"]]);
    const next = await Promise.all(rotated.map((session) => sessions.rotate(session.refreshToken)));
    expect(new Set(next.map((session) => session.refreshToken)).size).toBe(1);
  });

  test("two processes that use one token come to the same successor", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    const processes = [spawnRotation(refreshToken, 25), spawnRotation(refreshToken, 25)];
    const got = (await Promise.all(processes.map(({ ended }) => ended))).flat();
    expect(got).toHaveLength(50);
    expect(new Set(got).size).toBe(1);
    expect(await unspent(sessionId)).toEqual([["1"]]);
  });

  test("a process that is killed in the middle costs nobody the session", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    const waiting = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    const lock = `SELECT 1 FROM shaperail_sessions WHERE id = '${sessionId}' FOR UPDATE`;
    await db.database.whileLocked(lock, async () => {
      const { kill, ended } = spawnRotation(refreshToken, 1);
      await expect.poll(() => db.sql(waiting), { timeout: 20_000 }).toEqual([["1"]]);
      kill();
      expect(await ended).toEqual([]);
    });
    const next = await sessions.rotate(refreshToken);
    expect(await unspent(sessionId)).toEqual([["1"]]);
    await expect(sessions.rotate(next.refreshToken)).resolves.toMatchObject({ sessionId });
  });
});

describe("reuse", () => {
  test("within the grace it is a retry", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    const { refreshToken: next } = await sessions.rotate(refreshToken);
    await age(sessionId, 25);
    await expect(sessions.rotate(refreshToken)).resolves.toMatchObject({ refreshToken: next });
  });

  test("after the grace it revokes the whole session, and says so in the log without the token", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    const { refreshToken: next } = await sessions.rotate(refreshToken);
    await age(sessionId, 31);
    lines.length = 0;
    await expect(sessions.rotate(refreshToken)).rejects.toMatchObject(reused);
    expect(lines).toEqual([
      {
        level: "warn",
        target: "shaperail_runtime::auth",
        message: "Session revoked",
        fields: { reason: "refresh token reuse", session_id: sessionId, sub: "ann" },
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("srr_");
    expect(sessions.isRevoked({ sessionId })).toBe(true);
    await expect(sessions.rotate(next)).rejects.toMatchObject(refused);
    await expect(sessions.rotate(refreshToken)).rejects.toMatchObject(refused);
  });

  test("a stolen token of some generations ago revokes the session of thief and owner", async () => {
    const stolen = await sessions.start(ANN);
    let own = stolen;
    for (const _generation of [1, 2, 3]) {
      own = await sessions.rotate(own.refreshToken);
      await age(stolen.sessionId, 60);
    }
    await expect(sessions.rotate(stolen.refreshToken)).rejects.toMatchObject(reused);
    await expect(sessions.rotate(own.refreshToken)).rejects.toMatchObject(refused);
  });

  test("a thief and the owner who share a successor are found out when both go on", async () => {
    const owner = await sessions.start(ANN);
    const { refreshToken: thiefs } = await sessions.rotate(owner.refreshToken);
    const { refreshToken: owners } = await sessions.rotate(owner.refreshToken);
    await sessions.rotate(thiefs);
    await age(owner.sessionId, 31);
    await expect(sessions.rotate(owners)).rejects.toMatchObject(reused);
  });

  test("only the salt that a retry may need is kept", async () => {
    let session = await sessions.start(ANN);
    for (const _generation of [1, 2, 3]) {
      session = await sessions.rotate(session.refreshToken);
      await age(session.sessionId, 31);
    }
    const salts = `SELECT count(successor_salt), count(*) FROM shaperail_refresh_tokens WHERE session_id = '${session.sessionId}'`;
    expect(await db.sql(salts)).toEqual([["1", "4"]]);
  });
});

describe("what is not accepted", () => {
  test("an unknown, an expired and a revoked token, and no token at all, are refused with the same words", async () => {
    const expired = await sessions.start(ANN);
    await db.sql(`UPDATE shaperail_refresh_tokens SET expires_at = now() WHERE session_id = '${expired.sessionId}'`);
    const revoked = await sessions.start(ANN);
    expect(await sessions.revokeFamily(revoked.sessionId)).toBe(true);
    const tokens = [newRefreshToken(), expired.refreshToken, revoked.refreshToken, "", "eyJhbGciOiJIUzI1NiJ9.e30.x"];
    const errors = await Promise.all(tokens.map((token) => sessions.rotate(token).catch((error: unknown) => error)));
    for (const error of errors) expect(error).toMatchObject(refused);
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
    for (const token of tokens) expect(await sessions.find(token)).toBeUndefined();
  });

  test("for a mistyped token nobody asks the database", async () => {
    const { refreshToken } = await sessions.start(ANN);
    const runner: SqlRunner = { run: () => Promise.reject(new Error("was asked")) };
    const mistyped = refreshToken.slice(0, -1) + (refreshToken.endsWith("A") ? "B" : "A");
    const other = open({ runner });
    await expect(other.rotate(mistyped)).rejects.toMatchObject(refused);
    expect(await other.revokeFamilyOf(mistyped)).toBe(false);
  });

  test("find tells whose token it is and does not spend it", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    expect(await sessions.find(refreshToken)).toEqual({ sessionId, subject: ANN });
    expect(await unspent(sessionId)).toEqual([["1"]]);
  });
});

describe("revocation", () => {
  test("a session ends once, by its id or by any of its tokens; what is no id ends nothing", async () => {
    const one = await sessions.start(ANN);
    expect(await sessions.revokeFamily(one.sessionId)).toBe(true);
    expect(await sessions.revokeFamily(one.sessionId)).toBe(false);
    expect(await sessions.revokeFamily("'; DROP TABLE shaperail_sessions; --")).toBe(false);
    const two = await sessions.start(ANN);
    await sessions.rotate(two.refreshToken);
    expect(await sessions.revokeFamilyOf(two.refreshToken)).toBe(true);
    expect(await sessions.revokeFamilyOf(two.refreshToken)).toBe(false);
    expect([one, two].map((session) => sessions.isRevoked(session))).toEqual([true, true]);
    expect(sessions.isRevoked({ sessionId: undefined })).toBe(false);
  });

  test("every session of a subject ends, and none of another's", async () => {
    const zoes = await Promise.all([1, 2, 3].map(() => sessions.start({ ...ANN, sub: "zoe" })));
    const bobs = await sessions.start({ ...ANN, sub: "bob" });
    expect(await sessions.revokeSubject("zoe")).toBe(3);
    for (const { refreshToken } of zoes) await expect(sessions.rotate(refreshToken)).rejects.toMatchObject(refused);
    await expect(sessions.rotate(bobs.refreshToken)).resolves.toMatchObject({ sessionId: bobs.sessionId });
  });

  test("no successor escapes a revocation at the same moment", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { refreshToken, sessionId } = await sessions.start(ANN);
      const [rotated] = await Promise.all([
        sessions.rotate(refreshToken).catch(() => ({ refreshToken })),
        sessions.revokeFamily(sessionId),
      ]);
      expect(await sessions.find(rotated.refreshToken)).toBeUndefined();
    }
  });

  test("what was revoked before and what another process revokes is known, without that process saying so", async () => {
    const before = await sessions.start(ANN);
    await sessions.revokeFamily(before.sessionId);
    await using other = open({ pollSeconds: 0.05 });
    expect(other.isRevoked(before)).toBe(false);
    await other.watch();
    expect(other.isRevoked(before)).toBe(true);
    const after = await sessions.start(ANN);
    expect(other.isRevoked(after)).toBe(false);
    await sessions.revokeFamily(after.sessionId);
    await expect.poll(() => other.isRevoked(after), { timeout: 10_000 }).toBe(true);
  });

  test("while the database does not answer, what is known stays refused; it is said once, and made up for", async () => {
    let isOut = false;
    let asked = 0;
    const runner: SqlRunner = {
      run(statement, values) {
        asked += 1;
        return isOut ? Promise.reject(new Error("the database is gone")) : db.database.run(statement, values);
      },
    };
    const log: LogLine[] = [];
    await using other = open({ runner, pollSeconds: 0.02, logger: recordingLogger(log) });
    const known = await sessions.start(ANN);
    await sessions.revokeFamily(known.sessionId);
    await other.watch();
    isOut = true;
    const asksUntilNow = asked;
    await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(asksUntilNow + 3);
    expect(other.isRevoked(known)).toBe(true);
    const meanwhile = await sessions.start(ANN);
    await sessions.revokeFamily(meanwhile.sessionId);
    isOut = false;
    await expect.poll(() => other.isRevoked(meanwhile), { timeout: 10_000 }).toBe(true);
    expect(log.map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  test("after close nothing asks the database any more; closing twice is closing once", async () => {
    let asked = 0;
    const runner: SqlRunner = {
      run(statement, values) {
        asked += 1;
        return db.database.run(statement, values);
      },
    };
    const other = open({ runner, pollSeconds: 0.01 });
    await other.watch();
    await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(2);
    await Promise.all([other.close(), other.close()]);
    const asksUntilNow = asked;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toBe(asksUntilNow);
  });

  test("a first look that fails is the caller's to know", async () => {
    await using other = open({ runner: { run: () => Promise.reject(new Error("the database is gone")) } });
    await expect(other.watch()).rejects.toThrow("the database is gone");
  });
});

describe("what is stored", () => {
  test("is no token, spent or not", async () => {
    const first = await sessions.start(ANN);
    const second = await sessions.rotate(first.refreshToken);
    const dump = await db.dump();
    expect(dump).toContain(first.sessionId);
    for (const { refreshToken } of [first, second]) {
      expect(dump).not.toContain(refreshToken);
      expect(dump).not.toContain(refreshToken.slice(4));
      expect(dump).not.toContain(Buffer.from(refreshToken.slice(4), "base64url").toString("hex"));
    }
  });

  test("disappears when it is over: sessions with the next login, tokens with the next use", async () => {
    const over = await sessions.start(ANN);
    await db.sql(`UPDATE shaperail_sessions SET expires_at = now() - interval '1 s' WHERE id = '${over.sessionId}'`);
    const going = await sessions.start(ANN);
    const count = `SELECT count(*) FROM shaperail_refresh_tokens WHERE session_id =`;
    expect(await db.sql(`${count} '${over.sessionId}'`)).toEqual([["0"]]);
    const next = await sessions.rotate(going.refreshToken);
    await db.sql(`UPDATE shaperail_refresh_tokens SET expires_at = now() - interval '1 s' WHERE session_id = '${going.sessionId}'
      AND rotated_at IS NOT NULL`);
    await sessions.rotate(next.refreshToken);
    expect(await db.sql(`${count} '${going.sessionId}'`)).toEqual([["2"]]);
  });

  test("a session that is refreshed lives on, however old it is", async () => {
    const { refreshToken, sessionId } = await sessions.start(ANN);
    await db.sql(`UPDATE shaperail_sessions SET expires_at = now() + interval '1 s' WHERE id = '${sessionId}'`);
    await sessions.rotate(refreshToken);
    const left = `SELECT round(extract(epoch FROM expires_at - now()) / 60) FROM shaperail_sessions WHERE id = '${sessionId}'`;
    expect(await db.sql(left)).toEqual([["60"]]);
  });
});
