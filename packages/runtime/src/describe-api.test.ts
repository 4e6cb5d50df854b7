import { expect, onTestFinished, test } from "vitest";
import { CREDENTIALS, NOTES, SECRET, SIGNS_TOKENS } from "./access/access-project.test-kit.ts";
import { describeApi } from "./describe-api.ts";
import { loadProject } from "./load-project.ts";
import { writeProject } from "./project.test-kit.ts";

async function describe(sections: string, files: Readonly<Record<string, string>> = {}) {
  const yaml = `project: x\ndatabases: { default: { engine: postgres, url: "postgres://h/d" } }\n${sections}\n`;
  const all = { "shaperail.config.yaml": yaml, "resources/notes.yaml": NOTES, ...files };
  const directory = await writeProject(all);
  onTestFinished(() => directory.close());
  return describeApi(await loadProject({ directory: directory.path, env: { JWT_SECRET: SECRET } }));
}

const routes = async (...of: Parameters<typeof describe>): Promise<readonly string[]> =>
  Object.keys((await describe(...of)).paths).filter((path) => path.startsWith("/auth/"));

test("the document has the routes that give out tokens as far as the server has them", async () => {
  const login = { "auth/credentials.ts": CREDENTIALS };
  expect(await routes("")).toEqual([]);
  expect(await routes(SIGNS_TOKENS.replace(", refresh_expiry: 30d", ""))).toEqual([]);
  expect(await routes("auth: { provider: jwt, algorithm: RS256, jwks_url: 'https://issuer.example/keys' }")).toEqual(
    [],
  );
  expect(await routes(SIGNS_TOKENS)).toEqual(["/auth/logout", "/auth/refresh"]);
  expect(await routes(SIGNS_TOKENS, login)).toEqual(["/auth/logout", "/auth/refresh", "/auth/token"]);
});

test("the limit of the project is that of endpoints without one of their own", async () => {
  const { paths } = await describe("rate_limit: { max_requests: 5, window_secs: 60 }");
  expect(paths["/v1/notes"]?.get?.responses).toHaveProperty("429");
  expect(paths["/health"]?.get?.responses).not.toHaveProperty("429");
});

test("what has a port of its own is not among the routes of the API", async () => {
  const own = async (sections: string): Promise<readonly string[]> =>
    Object.keys((await describe(sections)).paths).filter((path) => !path.startsWith("/v1/"));
  expect(await own("")).toEqual(["/docs", "/health", "/health/ready", "/metrics", "/openapi.json"]);
  expect(await own("admin_port: 9090")).toEqual(["/health"]);
});
