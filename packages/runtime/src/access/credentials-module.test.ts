import { expect, onTestFinished, test } from "vitest";
import { loadProject } from "../load-project.ts";
import { writeProject } from "../project.test-kit.ts";
import { SECRET, SIGNS_TOKENS } from "./access-project.test-kit.ts";
import { type CredentialsModule, loadCredentials } from "./credentials-module.ts";

const CHECK = "export const checkCredentials = () => undefined;";

async function load(
  source: string | undefined,
  { auth = SIGNS_TOKENS, name = "auth/credentials.ts" } = {},
): Promise<CredentialsModule | undefined> {
  const yaml = `project: x\ndatabases: { default: { engine: postgres, url: "postgres://h/d" } }\n${auth}\n`;
  const own: Readonly<Record<string, string>> = source === undefined ? {} : { [name]: source };
  const directory = await writeProject({ "shaperail.config.yaml": yaml, "resources/.keep": "", ...own });
  onTestFinished(() => directory.close());
  return loadCredentials(await loadProject({ directory: directory.path, env: { JWT_SECRET: SECRET } }));
}

test("a project without the file has no check of credentials", async () => {
  expect(await load(undefined)).toBeUndefined();
});

test.each(["auth/credentials.ts", "auth/credentials.mts", "auth/credentials.js", "auth/credentials.mjs"])(
  "%s is found, with the check and what is asked at a refresh",
  async (name) => {
    expect(await load(CHECK, { name })).toEqual({
      checkCredentials: expect.any(Function) as unknown,
      refreshSubject: undefined,
    });
    const both = await load(`${CHECK} export async function refreshSubject() {}`, { name });
    expect(both?.refreshSubject).toBeTypeOf("function");
  },
);

test.each([
  { what: "no function", source: "export {};", auth: SIGNS_TOKENS, says: "exports no function `checkCredentials`" },
  {
    what: "something else of its name",
    source: "export const checkCredentials = true;",
    auth: SIGNS_TOKENS,
    says: "exports no function `checkCredentials`",
  },
  {
    what: "a default export",
    source: "export default function checkCredentials() {}",
    auth: SIGNS_TOKENS,
    says: "exports no function `checkCredentials`",
  },
  {
    what: "a refreshSubject that is no function",
    source: `${CHECK} export const refreshSubject = "ann";`,
    auth: SIGNS_TOKENS,
    says: "exports a `refreshSubject` that is no function",
  },
  {
    what: "nobody's signature",
    source: CHECK,
    auth: "auth: { provider: jwt, algorithm: RS256, jwks_url: 'https://issuer.example/keys' }",
    says: "no secret of this project signs tokens",
  },
  { what: "no auth section", source: CHECK, auth: "", says: "no secret of this project signs tokens" },
  {
    what: "no refresh_expiry",
    source: CHECK,
    auth: SIGNS_TOKENS.replace(", refresh_expiry: 30d", ""),
    says: "`auth.refresh_expiry` is not set",
  },
])("with $what the file is refused, since it could not act", async ({ source, auth, says }) => {
  await expect(load(source, { auth })).rejects.toMatchObject({
    code: "RUNTIME_CREDENTIALS_UNUSABLE",
    message: expect.stringContaining(says) as string,
    hint: expect.any(String) as string,
  });
});

test("a file with a mistake is named", async () => {
  await expect(load("export const checkCredentials = (;")).rejects.toMatchObject({
    code: "RUNTIME_MODULE_FAILED",
    message: expect.stringContaining("credentials.ts") as string,
  });
});
