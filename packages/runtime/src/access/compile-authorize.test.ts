import { AuthError, type AuthErrorCode, createAuthenticator, type Subject } from "@shaperail/auth";
import { ShaperailError } from "@shaperail/core";
import { createLogger } from "@shaperail/logging";
import type { Exchange } from "@shaperail/http";
import type { Access, AccessRequirement } from "@shaperail/rest";
import { expect, test } from "vitest";
import { compileAuthorize } from "./compile-authorize.ts";

const ANN: Subject = { sub: "ann", role: "reader", tenantId: undefined };
const TOKEN = "the.secret.token";
const PUBLIC: AccessRequirement = { rule: { kind: "public" }, tenancy: false, resource: "posts", action: "create" };
const ADMINS: AccessRequirement = { ...PUBLIC, rule: { kind: "restricted", roles: ["admin"], owner: false } };

const refused = (code: AuthErrorCode): AuthError => new AuthError("No.", { code, reason: "as the test says" });

/** What becomes of a request whose token is found to be this, and what the log says. */
async function ask(requirement: AccessRequirement, found: Subject | Error) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ destination: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const verify = async (): Promise<Subject> => {
    if (found instanceof Error) throw found;
    return found;
  };
  const authorize = compileAuthorize({ authenticator: createAuthenticator({ verifier: { verify } }), logger });
  const exchange = { request: { headers: { authorization: `Bearer ${TOKEN}` } }, requestId: "r1" } as Exchange;
  const outcome = await Promise.resolve(authorize(exchange, requirement)).then(
    (access: Access) => access.subject ?? "anonymous",
    (error: unknown) => (error as { readonly status: number }).status,
  );
  await logger.close();
  return { outcome, lines };
}

test.each([
  { what: "nobody's", found: refused("AUTH_TOKEN_UNTRUSTED"), open: "anonymous", restricted: 401 },
  { what: "revoked", found: refused("AUTH_TOKEN_REVOKED"), open: "anonymous", restricted: 401 },
  { what: "not to be checked without keys", found: refused("AUTH_KEYS_UNAVAILABLE"), open: 503, restricted: 503 },
  {
    what: "not to be checked without the database",
    found: new ShaperailError("No.", { code: "DB_UNAVAILABLE" }),
    open: 503,
    restricted: 503,
  },
  { what: "the cause of a fault", found: new TypeError("No."), open: 500, restricted: 500 },
])("credentials that are $what: $open at a public endpoint, $restricted at another", async ({ found, ...expected }) => {
  const [open, restricted] = [await ask(PUBLIC, found), await ask(ADMINS, found)];
  expect([open.outcome, restricted.outcome]).toEqual([expected.open, expected.restricted]);
});

test("the log names who was refused, and for what reason, and has nothing of the token", async () => {
  const { outcome, lines } = await ask(ADMINS, ANN);
  expect(outcome).toBe(403);
  expect(lines).toMatchObject([
    { level: "WARN", target: "shaperail_runtime::auth", sub: "ann", status: 403, request_id: "r1" },
  ]);
  expect(JSON.stringify(lines)).not.toContain(TOKEN);
});

test("a caller who is known already is answered at once", () => {
  const authenticator = createAuthenticator({ verifier: { verify: () => ({ ...ANN, role: "admin" }) } });
  const authorize = compileAuthorize({ authenticator, logger: createLogger({ destination: () => undefined }) });
  const exchange = { request: { headers: { authorization: `Bearer ${TOKEN}` } }, requestId: "r1" } as Exchange;
  expect(authorize(exchange, ADMINS)).toMatchObject({ subject: { sub: "ann" }, scope: { owner: undefined } });
  const asTenant = (): unknown => authorize(exchange, { ...ADMINS, tenancy: true });
  expect(asTenant).toThrow(expect.objectContaining({ code: "FORBIDDEN" }) as Error);
});
