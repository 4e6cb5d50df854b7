import { getCACertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeUrl, parseConnectionUrl } from "./connection-url.ts";

test("a URL is taken apart, percent-encoding undone", () => {
  expect(
    parseConnectionUrl("postgresql://an%40n:p%2Fw@db.example.com:6432/my%20app?application_name=api"),
  ).toMatchObject({
    host: "db.example.com",
    port: 6432,
    user: "an@n",
    password: "p/w",
    database: "my app",
    applicationName: "api",
    tls: { mode: "prefer" },
    pooled: false,
  });
});

test.each([
  { url: "postgres://h/d", expected: { host: "h", port: 5432, user: "postgres", database: "d" } },
  { url: "postgresql://u@h", expected: { database: "u" } },
  { url: "postgresql://u@[::1]:5433/d", expected: { host: "::1", port: 5433 } },
  { url: "postgresql://u@/d?host=/var/run/postgresql", expected: { host: "/var/run/postgresql", database: "d" } },
  { url: "postgresql://u@h/d?pgbouncer=true", expected: { pooled: true } },
  { url: "postgresql://u@h/d?connect_timeout=3", expected: { connectTimeoutMs: 3_000 } },
  { url: "postgresql://u@h/d?schema=public", expected: { ignored: ["schema"] } },
])("$url is understood", ({ url, expected }) => {
  expect(parseConnectionUrl(url)).toMatchObject(expected);
});

const pem = fileURLToPath(import.meta.url);

test.each([
  { query: "", mode: "prefer", checks: false },
  { query: "sslmode=disable", mode: "disable", checks: undefined },
  { query: "sslmode=allow", mode: "allow", checks: false },
  { query: "sslmode=require", mode: "require", checks: false },
  { query: `sslmode=require&sslrootcert=${pem}`, mode: "require", checks: true },
  { query: `sslmode=prefer&sslrootcert=${pem}`, mode: "prefer", checks: true },
  { query: `sslmode=verify-ca&sslrootcert=${pem}`, mode: "verify-ca", checks: true },
  { query: "sslmode=verify-full", mode: "verify-full", checks: true },
  { query: "sslrootcert=system", mode: "verify-full", checks: true },
])("?$query is $mode and checks the certificate: $checks", ({ query, mode, checks }) => {
  const { tls } = parseConnectionUrl(`postgresql://u@h/d?${query}`);
  expect([tls.mode, tls.options.rejectUnauthorized]).toEqual([mode, checks]);
});

test("only verify-full compares the host name", () => {
  const options = (mode: string): object => parseConnectionUrl(`postgresql://u@h/d?sslmode=${mode}`).tls.options;
  expect(options("require")).toHaveProperty("checkServerIdentity");
  expect(options("verify-full")).not.toHaveProperty("checkServerIdentity");
});

test("sslrootcert=system trusts the CAs that Node and the system trust", () => {
  const { ca } = parseConnectionUrl("postgresql://u@h/d?sslrootcert=system").tls.options;
  expect(ca).toEqual(expect.arrayContaining(getCACertificates("default")));
});

test.each([
  "mysql://u:canary@h/d",
  "canary",
  "postgresql://u:canary%zz@h/d",
  "postgresql://u:canary@h/d?sslmode=always",
  "postgresql://u:canary@h/d?sslmode=verify-ca",
  "postgresql://u:canary@h/d?sslmode=verify-full&sslrootcert=/does/not/exist.pem",
  "postgresql://u:canary@h/d?sslmode=require&sslrootcert=system",
  "postgresql://u:canary@h1:1,h2:2/d",
])("%s is refused without repeating the password", (url) => {
  let thrown: unknown;
  try {
    parseConnectionUrl(url);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "DB_URL_INVALID" });
  expect(String(thrown)).not.toContain("canary");
});

test.each([
  { url: "postgresql://user:secret@host:5432/name?sslmode=require", text: "postgresql://***@host:5432/name" },
  { url: "postgres://user:secret@[::1]/name", text: "postgresql://***@[::1]:5432/name" },
  { url: "not a url: secret", text: "postgresql://***" },
])("a URL is described as $text", ({ url, text }) => {
  expect(describeUrl(url)).toBe(text);
});
