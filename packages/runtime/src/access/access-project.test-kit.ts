import { createHmac, type KeyObject, sign as signBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createIssuer } from "@shaperail/auth";
import { applyMigrations, planInitialMigrations } from "@shaperail/db/migrate";
import { parseResource } from "@shaperail/resource";
import { createTestDatabase, type TestDatabase, temporaryDirectory } from "@shaperail/test-services";
import { onTestFinished } from "vitest";
import { type RunningProject, startProject } from "../running-project.test-kit.ts";

export const SECRET = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";

/** A public list, one for admins, and what belongs to tenants. */
export const NOTES = `resource: notes
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
  created_by: { type: string }
endpoints:
  list: { auth: public }
  get: { auth: [admin] }
  create: { auth: public, input: [title] }
  delete: { auth: [admin, owner] }
`;
export const NOTE = "/v1/notes/00000000-0000-4000-8000-000000000001";

export const CREDENTIALS = `
const users = { ann: { role: "admin", tenantId: undefined }, bea: { role: "member", tenantId: "north" } };

export async function checkCredentials({ email, password }, { db, address, headers, request_id }) {
  if (typeof db.selectFrom !== "function" || address === undefined) throw new Error("the context is not whole");
  if (!headers["user-agent"] || !request_id) throw new Error("the context is not whole");
  const name = String(email).trim().toLowerCase();
  return password === "right" && Object.hasOwn(users, name) ? { sub: name, ...users[name] } : undefined;
}
`;

export interface AccessProject {
  /** The `auth` section; empty for none. */
  readonly auth?: string;
  /** Further sections of the configuration. */
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where to start, when it is not a database of its own. */
  readonly databaseUrl?: string;
}

export const SIGNS_TOKENS = "auth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h, refresh_expiry: 30d }";

/** A database with a table for notes, and those of sessions and keys unless they are not wanted. */
export async function notesDatabase({ auth = true }: { readonly auth?: boolean } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const { resource } = parseResource(NOTES, { file: "notes.yaml" });
  if (resource === undefined) throw new Error("the resource of the tests is not valid");
  await using folder = await temporaryDirectory("migrations");
  for (const { fileName, contents } of planInitialMigrations({ tables: [resource], existingFiles: [], auth }).files) {
    await writeFile(join(folder.path, fileName), contents);
  }
  await applyMigrations({ url: database.url, folder: folder.path });
  return database;
}

/** Starts an application with notes that ends with the test. */
export async function startAccess({
  auth = SIGNS_TOKENS,
  config = "",
  files = {},
  env = {},
  databaseUrl,
}: AccessProject = {}): Promise<RunningProject> {
  const url = databaseUrl ?? (await notesDatabase()).url;
  const yaml = `project: access\ndatabases: { default: { engine: postgres, url: "\${DATABASE_URL}", pool_size: 4 } }\n${auth}\n${config}\n`;
  return startProject(
    { "shaperail.config.yaml": yaml, "resources/notes.yaml": NOTES, ...files },
    { DATABASE_URL: url, JWT_SECRET: SECRET, ...env },
  );
}

export async function tokenOf(
  subject: { readonly sub: string; readonly role: string; readonly tenantId?: string },
  secret: string = SECRET,
): Promise<string> {
  return (await createIssuer({ secret, expirySeconds: 600 }).issueAccessToken(subject)).token;
}

export const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

/** Lines of the log about refused credentials and limits. */
export function refusals({ lines }: RunningProject): readonly Record<string, unknown>[] {
  return lines.filter(
    ({ level, target, reason }) => level === "WARN" && target === "shaperail_runtime::auth" && reason !== undefined,
  );
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token made by hand, with the signature of HS256 whatever its header says. */
export function hmacToken(header: unknown, payload: unknown, secret: string): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** The same, signed with a private key as its kind has it. */
export function signedToken(header: unknown, payload: unknown, privateKey: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const digest = privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signature = signBytes(digest, Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}
