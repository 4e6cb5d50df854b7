import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuthDatabase, openAuthDatabase } from "../auth-database.test-kit.ts";
import { createIssuer } from "../jwt/issuer.ts";
import { createVerifier } from "../jwt/verifier.ts";
import { createSessions, type Sessions } from "../refresh/sessions.ts";
import type { Subject } from "../subject.ts";
import { createTokenService, type TokenAnswer, type TokenServiceOptions } from "./token-service.ts";

const SECRET = "a long enough text for a test of signatures";
const ANN = { sub: "ann", role: "editor", tenantId: "north" };
const issuer = createIssuer({ secret: SECRET, expirySeconds: 900 });

let db: AuthDatabase;
let sessions: Sessions;
beforeAll(async () => {
  db = await openAuthDatabase();
  sessions = createSessions({ runner: db.database, refreshExpirySeconds: 3_600, accessExpirySeconds: 900 });
});
afterAll(async () => {
  await sessions.close();
  await db[Symbol.asyncDispose]();
});

interface Login {
  readonly users: Readonly<Record<string, Subject>>;
}

const open = (given: Partial<TokenServiceOptions<Login>> = {}) =>
  createTokenService<Login>({
    issuer,
    sessions,
    credentials: ({ email, password }, { users }) => (password === "right" ? users[String(email)] : undefined),
    ...given,
  });
const context = { users: { "ann@example.com": ANN } };
const verifier = createVerifier({
  keys: { algorithm: "HS256", secret: SECRET },
  isRevoked: (claims) => sessions.isRevoked(claims),
});
const logIn = async (service = open()): Promise<TokenAnswer> => {
  const answer = await service.token?.({ email: "ann@example.com", password: "right" }, context);
  if (answer === undefined) throw new Error("There is no way to log in.");
  return answer;
};
const refreshTokenOf = ({ body }: TokenAnswer): { refresh_token: string } => ({
  refresh_token: body?.refresh_token ?? "",
});

describe("token", () => {
  test("right credentials are answered with a pair, which no cache keeps", async () => {
    const { status, headers, body } = await logIn();
    expect({ status, headers }).toEqual({ status: 200, headers: { "Cache-Control": "no-store" } });
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ey/),
      refresh_token: expect.stringMatching(/^srr_/),
      token_type: "Bearer",
      expires_in: 900,
    });
    expect(await verifier.verify(body?.access_token ?? "")).toMatchObject(ANN);
  });

  test("wrong credentials are 401, whichever part is wrong", async () => {
    const { token } = open();
    const errors = await Promise.all(
      [
        { email: "ann@example.com", password: "wrong" },
        { email: "bob@example.com", password: "right" },
        { password: 2n ** 64n },
        {},
      ].map(async (body) => token?.(body, context).catch((error: unknown) => error)),
    );
    for (const error of errors) expect(error).toMatchObject({ code: "AUTH_CREDENTIALS_WRONG", status: 401 });
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
  });

  test("without a credential check there is no such route", () => {
    expect(open({ credentials: undefined }).token).toBeUndefined();
  });

  test("a check that fails is an error, not a login and not a refusal", async () => {
    const { token } = open({ credentials: () => Promise.reject(new Error("the directory is gone")) });
    await expect(token?.({}, context)).rejects.toThrow("the directory is gone");
  });

  test.each([
    { ...ANN, role: "" },
    { ...ANN, sub: 7 },
    { ...ANN, sub: "ann\n" },
    { sub: "ann" },
    { ...ANN, tenantId: null },
  ])("a check that returns %o starts no session", async (subject) => {
    const { token } = open({ credentials: () => subject as unknown as Subject });
    await expect(token?.({}, context)).rejects.toThrow("checkCredentials must return");
  });
});

describe("refresh", () => {
  test("is answered with a new pair of the same session", async () => {
    const first = await logIn();
    const second = await open().refresh(refreshTokenOf(first));
    expect(second).toMatchObject({ status: 200, headers: { "Cache-Control": "no-store" } });
    expect(second.body?.refresh_token).not.toBe(first.body?.refresh_token);
    const [one, two] = await Promise.all(
      [first, second].map(async ({ body }) => verifier.verify(body?.access_token ?? "")),
    );
    expect(two).toMatchObject({ ...ANN, sessionId: one?.sessionId });
    expect(two?.tokenId).not.toBe(one?.tokenId);
  });

  test("two tabs at once both go on with a pair that works", async () => {
    const service = open();
    const login = refreshTokenOf(await logIn(service));
    const answers = await Promise.all([service.refresh(login), service.refresh(login)]);
    for (const answer of answers) {
      expect(await verifier.verify(answer.body?.access_token ?? "")).toMatchObject(ANN);
      expect(await service.refresh(refreshTokenOf(answer))).toMatchObject({ status: 200 });
    }
  });

  test("reads role and tenant anew, and hands the hook what was known", async () => {
    const seen: Subject[] = [];
    const service = open({
      refreshSubject(subject) {
        seen.push(subject);
        return { role: "admin", tenantId: undefined };
      },
    });
    const { body } = await service.refresh(refreshTokenOf(await logIn(service)));
    expect(seen).toEqual([ANN]);
    expect(await verifier.verify(body?.access_token ?? "")).toMatchObject({
      sub: "ann",
      role: "admin",
      tenantId: undefined,
    });
  });

  test("ends the session when the application refuses", async () => {
    const service = open({ refreshSubject: () => undefined });
    const login = await logIn(service);
    const refused = { code: "AUTH_REFRESH_TOKEN_INVALID", status: 401, reason: "the application refused to go on" };
    await expect(service.refresh(refreshTokenOf(login))).rejects.toMatchObject(refused);
    await expect(open().refresh(refreshTokenOf(login))).rejects.toMatchObject({ code: "AUTH_REFRESH_TOKEN_INVALID" });
    await expect((async () => verifier.verify(login.body?.access_token ?? ""))()).rejects.toMatchObject({
      code: "AUTH_TOKEN_REVOKED",
    });
  });

  test("does not spend the token when the hook fails", async () => {
    let fails = true;
    const service = open({
      refreshSubject: () => (fails ? Promise.reject(new Error("no answer")) : { role: "editor", tenantId: "north" }),
    });
    const login = refreshTokenOf(await logIn(service));
    await expect(service.refresh(login)).rejects.toThrow("no answer");
    const unspent = "SELECT count(*) FROM shaperail_refresh_tokens WHERE rotated_at IS NULL AND session_id =";
    const { sessionId = "" } = (await sessions.find(login.refresh_token)) ?? {};
    expect(await db.sql(`${unspent} '${sessionId}'`)).toEqual([["1"]]);
    fails = false;
    await expect(service.refresh(login)).resolves.toMatchObject({ status: 200 });
  });

  test("an access token is no refresh token, and a refresh token no access token", async () => {
    const service = open();
    const { body } = await logIn(service);
    await expect(service.refresh({ refresh_token: body?.access_token })).rejects.toMatchObject({ status: 401 });
    await expect((async () => verifier.verify(body?.refresh_token ?? ""))()).rejects.toMatchObject({ status: 401 });
  });
});

describe("logout", () => {
  test("ends the session, its access token too; again it answers the same", async () => {
    const service = open();
    const login = await logIn(service);
    const left = { status: 204, headers: { "Cache-Control": "no-store" }, body: undefined };
    await verifier.verify(login.body?.access_token ?? "");
    expect(await service.logout(refreshTokenOf(login))).toEqual(left);
    expect(await service.logout(refreshTokenOf(login))).toEqual(left);
    expect(() => verifier.verify(login.body?.access_token ?? "")).toThrow(
      expect.objectContaining({ code: "AUTH_TOKEN_REVOKED" }),
    );
    await expect(service.refresh(refreshTokenOf(login))).rejects.toMatchObject({ status: 401 });
  });

  test("of a token that never was answers the same", async () => {
    expect(await open().logout({ refresh_token: "nothing" })).toMatchObject({ status: 204, body: undefined });
  });
});

describe("the body", () => {
  const invalid = (field: string, code: string) => ({
    code: "AUTH_BODY_INVALID",
    status: 422,
    details: { issues: [{ field, code, message: expect.any(String) }] },
  });

  test.each([
    { body: undefined, field: "body", code: "invalid_body" },
    { body: null, field: "body", code: "invalid_body" },
    { body: [], field: "body", code: "invalid_body" },
    { body: "srr_", field: "body", code: "invalid_body" },
    { body: {}, field: "refresh_token", code: "required" },
    { body: { refresh_token: 7 }, field: "refresh_token", code: "invalid_type" },
    { body: { refresh_token: null }, field: "refresh_token", code: "invalid_type" },
    { body: { refresh_token: "x".repeat(513) }, field: "refresh_token", code: "too_long" },
    { body: { refresh_token: "x", role: "admin" }, field: "role", code: "unknown_field" },
  ])("$body of refresh and logout is refused with $code", async ({ body, field, code }) => {
    await expect(open().refresh(body)).rejects.toMatchObject(invalid(field, code));
    await expect(open().logout(body)).rejects.toMatchObject(invalid(field, code));
  });

  test.each([
    { what: "no object", body: "ann", code: "invalid_body" },
    { what: "too long", body: { password: "x".repeat(8_192) }, code: "too_long" },
  ])("of a login that is $what does not reach the credential check", async ({ body, code }) => {
    let calls = 0;
    const { token } = open({
      credentials() {
        calls += 1;
        return ANN;
      },
    });
    await expect(token?.(body, context)).rejects.toMatchObject(invalid("body", code));
    expect(calls).toBe(0);
  });

  test("every mistake is reported at once", async () => {
    await expect(open().refresh({ role: "admin", sub: "x" })).rejects.toMatchObject({
      details: { issues: [{ field: "refresh_token" }, { field: "role" }, { field: "sub" }] },
    });
  });
});
