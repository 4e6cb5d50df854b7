import { createApiKeys, createIssuer } from "@shaperail/auth";
import { createDatabase } from "@shaperail/db";
import type { RunningProject } from "../start-project.ts";
import { handMadeToken, SECRET } from "./hand-made-token.ts";
import { TENANT_A, TENANT_B } from "./planted-rows.ts";

/** The one password that `access-project/auth/credentials.ts` accepts. */
const PASSWORD = "correct horse battery staple";

export interface Identity {
  readonly sub: string;
  readonly role: string;
  readonly tenant?: string;
}

export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Who it counts as; undefined for nobody. */
  readonly who: Identity | undefined;
}

const EDITOR: Identity = { sub: "rita", role: "editor", tenant: TENANT_A };
const KNOWN: Readonly<Record<string, Identity>> = {
  "the wrong role": { sub: "wendy", role: "viewer", tenant: TENANT_A },
  "the right role": EDITOR,
  "another owner": { sub: "otto", role: "member", tenant: TENANT_A },
  "the same tenant": { sub: "tina", role: "member", tenant: TENANT_A },
  "another tenant": { sub: "bob", role: "editor", tenant: TENANT_B },
  "a namesake in another tenant": { sub: "olga", role: "member", tenant: TENANT_B },
  "no tenant": { sub: "tom", role: "editor" },
  "a tenant that is no UUID": { sub: "tim", role: "editor", tenant: "north" },
  super_admin: { sub: "sam", role: "super_admin" },
};

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

/** A token as the application itself signs it. */
export async function tokenFor(
  { sub, role, tenant }: Identity,
  { secret = SECRET, expirySeconds = 3_600, clock = Date.now }: TokenOptions = {},
): Promise<string> {
  const issuer = createIssuer({ secret, expirySeconds, clock });
  return (await issuer.issueAccessToken({ sub, role, tenantId: tenant })).token;
}

interface TokenOptions {
  readonly secret?: string;
  readonly expirySeconds?: number;
  readonly clock?: () => number;
}

interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Logs in at `/auth/token`. */
async function logIn(url: string, { sub, role, tenant }: Identity): Promise<TokenPair> {
  const response = await fetch(`${url}/auth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: sub, password: PASSWORD, role, ...(tenant === undefined ? {} : { tenant }) }),
  });
  return (await response.json()) as TokenPair;
}

/** Everybody whom the issue names, with real credentials: tokens, a login, keys of the table. */
export async function callersOf({ url, databaseUrl }: RunningProject): Promise<readonly Caller[]> {
  const owner: Identity = { sub: "olga", role: "member", tenant: TENANT_A };
  const session = await logIn(url, owner);
  const anHourAgo = (): number => Date.now() - 3_600_000;
  const expired = await tokenFor(EDITOR, { expirySeconds: 60, clock: anHourAgo });
  await using database = createDatabase({ url: databaseUrl, poolSize: 1 });
  await using keys = createApiKeys({ runner: database });
  const key = async ({ sub, role, tenant: tenantId }: Identity): Promise<{ id: string; key: string }> =>
    keys.create({ label: "matrix", sub, role, tenantId });
  const revoked = await key(EDITOR);
  await keys.revoke(revoked.id);
  const stranger: Identity = { sub: "botany", role: "editor", tenant: TENANT_B };
  const tokens = Object.entries(KNOWN).map(async ([name, who]): Promise<Caller> => ({
    name,
    who,
    headers: bearer(await tokenFor(who)),
  }));
  return [
    { name: "nobody", who: undefined, headers: {} },
    { name: "the owner", who: owner, headers: bearer(session.access_token) },
    ...(await Promise.all(tokens)),
    { name: "an expired token", who: undefined, headers: bearer(expired) },
    { name: "a refresh token", who: undefined, headers: bearer(session.refresh_token) },
    { name: "a token of type refresh", who: undefined, headers: bearer(refreshTypeToken()) },
    { name: "an API key", who: EDITOR, headers: { "x-api-key": (await key(EDITOR)).key } },
    { name: "an API key of another tenant", who: stranger, headers: { "x-api-key": (await key(stranger)).key } },
    { name: "a revoked API key", who: undefined, headers: { "x-api-key": revoked.key } },
  ];
}

function refreshTypeToken(): string {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const { sub, role, tenant } = EDITOR;
  return handMadeToken({ claims: { sub, role, tenant_id: tenant, exp, token_type: "refresh" } });
}
