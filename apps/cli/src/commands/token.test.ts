import { createVerifier } from "@shaperail/auth";
import { expect, test } from "vitest";
import { developmentSecret } from "../auth/development-secret.ts";
import { CONFIG, PROJECT, projectDirectory, type Ran, run } from "../command.test-kit.ts";

const SECRET = "c3VmZmljaWVudGx5IHJhbmRvbSBmb3IgdGhpcyB0ZXN0Cg0K";
const AUTH = "auth:\n  provider: jwt\n  secret_env: JWT_SECRET\n  expiry: 24h\n";
const FILES = { ...PROJECT, "shaperail.config.yaml": CONFIG + AUTH };
const WORDS = ["token", "--sub", "ann", "--role", "admin"];

async function runIn(
  files: Readonly<Record<string, string>>,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
  await using directory = await projectDirectory(files);
  return await run(words, { directory: directory.path, env });
}

test("a token is signed with the project's secret, for an hour, and is all that is on standard output", async () => {
  const { exitCode, stdout, stderr } = await runIn(FILES, WORDS, { JWT_SECRET: SECRET });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const claims = await createVerifier({ keys: { algorithm: "HS256", secret: SECRET } }).verify(stdout.trim());
  expect(claims).toMatchObject({ sub: "ann", role: "admin", tenantId: undefined });
  expect(claims.exp - (claims.iat ?? 0)).toBe(3_600);
});

test("tenant and duration are what is asked for; issuer and audience what is configured; --json says it all", async () => {
  const config = `${CONFIG}${AUTH}  issuer: https://demo.example\n  audience: demo\n`;
  const words = [...WORDS, "--tenant", "north", "--expires", "15m", "--json"];
  const { stdout } = await runIn({ ...FILES, "shaperail.config.yaml": config }, words, { JWT_SECRET: SECRET });
  const { token, ...said } = JSON.parse(stdout) as Record<string, unknown>;
  expect(said).toEqual({ token_type: "Bearer", expires_in: 900, sub: "ann", role: "admin", tenant_id: "north" });
  const keys = { algorithm: "HS256", secret: SECRET } as const;
  const verifier = createVerifier({ keys, issuer: "https://demo.example", audience: "demo" });
  expect(await verifier.verify(String(token))).toMatchObject({ tenantId: "north" });
});

test("the secret may be in .env, and no database has to be there", async () => {
  const { exitCode, stdout } = await runIn({ ...FILES, ".env": `JWT_SECRET=${SECRET}\n` }, WORDS);
  expect(exitCode).toBe(0);
  await createVerifier({ keys: { algorithm: "HS256", secret: SECRET } }).verify(stdout.trim());
});

test("without a secret it is signed with that of the machine, as `serve` in development does", async () => {
  await using directory = await projectDirectory(FILES);
  const { exitCode, stdout } = await run(WORDS, { directory: directory.path });
  expect(exitCode).toBe(0);
  const secret = await developmentSecret(directory.path);
  await createVerifier({ keys: { algorithm: "HS256", secret } }).verify(stdout.trim());
});

test.each([
  { words: ["token", "--role", "admin"], says: "--sub is missing" },
  { words: ["token", "--sub", "ann"], says: "--role is missing" },
  { words: [...WORDS, "--tenant", ""], says: "--tenant is no usable text" },
  { words: [...WORDS, "--expires", "soon"], says: "--expires soon is no duration" },
  { words: [...WORDS, "--expires", "0s"], says: "--expires 0s is no duration" },
])("$words is a wrong command line", async ({ words, says }) => {
  const { exitCode, stdout, stderr } = await runIn(FILES, words, { JWT_SECRET: SECRET });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(says);
});

test.each([
  {
    what: "in production",
    code: "CLI_NOT_IN_PRODUCTION",
    files: FILES,
    env: { NODE_ENV: "production", JWT_SECRET: SECRET },
  },
  {
    what: "without a secret of the project's own",
    code: "CLI_SECRET_MISSING",
    files: { ...PROJECT, "shaperail.config.yaml": CONFIG + AUTH.replace("JWT_SECRET", "MY_SECRET") },
    env: {},
  },
  { what: "without `auth`", code: "CLI_AUTH_NOT_CONFIGURED", files: PROJECT, env: { JWT_SECRET: SECRET } },
  {
    what: "for tokens of somebody else",
    code: "CLI_AUTH_NOT_CONFIGURED",
    files: {
      ...PROJECT,
      "shaperail.config.yaml": `${CONFIG}auth:\n  provider: jwt\n  algorithm: RS256\n  jwks_url: https://id.example/jwks\n`,
    },
    env: {},
  },
])("$what there is no token: $code", async ({ code, files, env }) => {
  const { exitCode, stdout, stderr } = await runIn(files, WORDS, env);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(`error ${code}`);
  expect(stderr).not.toContain(SECRET);
});
