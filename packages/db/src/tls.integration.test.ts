import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import {
  startPostgres,
  temporaryDirectory,
  type PostgresServer,
  type TemporaryDirectory,
} from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "./index.ts";
import { type Authority, type Certificate, createAuthority, installFile } from "./tls.test-kit.ts";

let server: PostgresServer;
let directory: TemporaryDirectory;
let ca: Authority;
let admin: Database;
let certificates: Record<"self-signed" | "right" | "wrong host" | "expired", Certificate>;

beforeAll(async () => {
  directory = await temporaryDirectory("tls");
  server = await startPostgres();
  admin = createDatabase({ url: server.url, poolSize: 1 });
  ca = createAuthority(directory.path);
  certificates = {
    "self-signed": createAuthority(directory.path, "localhost"),
    right: ca.issue("right", { host: "localhost" }),
    "wrong host": ca.issue("wrong", { host: "db.example.com" }),
    expired: ca.issue("expired", { host: "localhost", expired: true }),
  };
});
afterAll(async () => {
  await admin.close();
  await server.close();
  await directory.close();
});

type Setting = keyof typeof certificates | "none";

interface ServerTls {
  readonly setting: Setting;
  /** First words of pg_hba.conf's lines. */
  readonly hba?: readonly string[];
}

/** The server reads certificate and rules again; connections that are open stay as they are. */
async function serve({ setting, hba = ["host all all all trust"] }: ServerTls): Promise<void> {
  const { dataDir } = server;
  writeFileSync(join(dataDir, "pg_hba.conf"), `local all all trust\n${hba.join("\n")}\n`);
  if (setting !== "none") {
    installFile(certificates[setting].cert, { dataDir, name: "server.crt" });
    installFile(certificates[setting].key, { dataDir, name: "server.key" });
    installFile(ca.cert, { dataDir, name: "root.crt" });
  }
  const ssl = setting === "none" ? [] : ["ssl = on", "ssl_ca_file = 'root.crt'"];
  writeFileSync(join(dataDir, "postgresql.auto.conf"), `${ssl.join("\n")}\n`);
  const loadedAt = await configurationTime();
  process.kill(server.pid, "SIGHUP");
  await vi.waitUntil(async () => (await configurationTime()) !== loadedAt, { timeout: 5_000, interval: 10 });
}

/** The server tells its sessions of a new configuration after it has read it itself. */
async function configurationTime(): Promise<unknown> {
  return (await admin.run({ name: "loaded", text: "select pg_conf_load_time()" }, [])).rows[0]?.[0];
}

/** `tls`, `plain`, or the code of the error. */
async function outcome(query: string): Promise<string> {
  await using db = createDatabase({
    url: `postgres://postgres@localhost:${server.port}/postgres?${query}`,
    poolSize: 1,
  });
  try {
    await db.connect();
    const { rows } = await db.run(
      { name: "ssl", text: "select ssl from pg_stat_ssl where pid = pg_backend_pid()" },
      [],
    );
    return rows[0]?.[0] === "t" ? "tls" : "plain";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const UNTRUSTED = "DB_CERTIFICATE_UNTRUSTED";
const EXPIRED = "DB_CERTIFICATE_EXPIRED";
const MISMATCH = "DB_CERTIFICATE_HOST_MISMATCH";
const NO_TLS = "DB_TLS_UNAVAILABLE";

describe.each<{ setting: Setting; outcomes: readonly string[] }>([
  { setting: "none", outcomes: ["plain", "plain", "plain", NO_TLS, NO_TLS, NO_TLS] },
  { setting: "self-signed", outcomes: ["plain", "plain", "tls", "tls", UNTRUSTED, UNTRUSTED] },
  { setting: "right", outcomes: ["plain", "plain", "tls", "tls", "tls", "tls"] },
  { setting: "wrong host", outcomes: ["plain", "plain", "tls", "tls", "tls", MISMATCH] },
  { setting: "expired", outcomes: ["plain", "plain", "tls", "tls", EXPIRED, EXPIRED] },
])("a server whose certificate is: $setting", ({ setting, outcomes }) => {
  beforeAll(() => serve({ setting }));
  test.each(
    ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"].map((mode, at) => [mode, outcomes[at]]),
  )("sslmode=%s comes out as %s", async (mode, expected = "") => {
    const root = mode?.startsWith("verify") ? `&sslrootcert=${ca.cert}` : "";
    expect(await outcome(`sslmode=${mode}${root}`)).toBe(expected);
  });
});

describe("a certificate that is checked because sslrootcert names the CA", () => {
  beforeAll(() => serve({ setting: "self-signed" }));
  test.each([
    { mode: "require", expected: UNTRUSTED },
    { mode: "prefer", expected: "plain" },
  ])("and not trusted: sslmode=$mode comes out as $expected", async ({ mode, expected }) => {
    expect(await outcome(`sslmode=${mode}&sslrootcert=${ca.cert}`)).toBe(expected);
  });
});

describe("a server that takes encrypted connections only", () => {
  beforeAll(() => serve({ setting: "right", hba: ["hostssl all all all trust"] }));
  test.each([
    { query: "sslmode=disable", expected: "DB_AUTHENTICATION_FAILED" },
    { query: "sslmode=allow", expected: "tls" },
    { query: "", expected: "tls" },
  ])("?$query comes out as $expected", async ({ query, expected }) => {
    expect(await outcome(query)).toBe(expected);
  });

  test("says what to set when it is asked for a plain one", async () => {
    await using db = createDatabase({ url: `${server.url}?sslmode=disable` });
    await expect(db.connect()).rejects.toMatchObject({ hint: expect.stringContaining("sslmode=require") });
  });
});

test("a server that takes plain connections only is reached with sslmode=prefer", async () => {
  await serve({ setting: "right", hba: ["hostnossl all all all trust"] });
  expect(await outcome("sslmode=prefer")).toBe("plain");
  expect(await outcome("sslmode=require")).toBe("DB_AUTHENTICATION_FAILED");
});

test("sslcert and sslkey are shown to a server that asks for them", async () => {
  await serve({ setting: "right", hba: ["hostssl all all all trust clientcert=verify-ca"] });
  const { cert, key } = ca.issue("client", { host: "client" });
  expect(await outcome("sslmode=require")).toBe("DB_AUTHENTICATION_FAILED");
  expect(await outcome(`sslmode=require&sslcert=${cert}&sslkey=${key}`)).toBe("tls");
});

test.each(["sslmode=verify-full", "sslrootcert=system"])("a CA of the machine is trusted with ?%s", async (query) => {
  await serve({ setting: "right" });
  expect(await outcome(query)).toBe(UNTRUSTED);
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, readFileSync(ca.cert, "utf8")]);
  try {
    expect(await outcome(query)).toBe("tls");
  } finally {
    setDefaultCACertificates(before);
  }
});

test("the error says which host the certificate was compared with, and carries no copy of the certificate", async () => {
  await serve({ setting: "wrong host" });
  await using db = createDatabase({
    url: `postgres://postgres@localhost:${server.port}/postgres?sslmode=verify-full&sslrootcert=${ca.cert}`,
  });
  const failure = await db.connect().catch((error: unknown) => error);
  expect(failure).toMatchObject({
    message: expect.stringContaining('the certificate of the database server is not for "localhost"'),
    hint: expect.stringContaining("sslmode=verify-ca"),
    details: { reason: "ERR_TLS_CERT_ALTNAME_INVALID" },
  });
  expect((failure as Error).cause).not.toHaveProperty("cert");
});

test("a statement that outlasts queryTimeoutMs is cancelled over TLS as well", async () => {
  await serve({ setting: "right", hba: ["host all all all trust"] });
  await using db = createDatabase({
    url: `postgres://postgres@localhost:${server.port}/postgres?sslmode=verify-full&sslrootcert=${ca.cert}`,
    queryTimeoutMs: 200,
  });
  await expect(db.run({ name: "slow", text: "select pg_sleep(30)" }, [])).rejects.toMatchObject({ code: "DB_TIMEOUT" });
  const active = "select count(*) from pg_stat_activity where state = 'active' and query ~ '^select pg_sleep'";
  await expect.poll(async () => (await admin.run({ name: "active", text: active }, [])).rows[0]?.[0]).toBe("0");
});
