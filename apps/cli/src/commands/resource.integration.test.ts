import { createRuntime, loadProject } from "@shaperail/runtime";
import { noopLogger } from "@shaperail/core";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { ARCHETYPES } from "../archetype/archetypes.ts";
import { PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const archetypes = Object.keys(ARCHETYPES);

/** Creates the resources in a new project and migrates its database. */
async function createAndMigrate(
  resources: readonly (readonly [name: string, archetype: string])[],
): Promise<{ readonly directory: string; readonly env: Record<string, string> } & AsyncDisposable> {
  const database = await createTestDatabase();
  const directory = await projectDirectory(PROJECT);
  const context = { directory: directory.path, env: { DATABASE_URL: database.url, SHAPERAIL_PORT: "0" } };
  for (const [name, archetype] of resources) {
    expect(await run(["resource", "create", name, "-a", archetype], context)).toMatchObject({ exitCode: 0 });
  }
  expect(await run(["migrate"], context)).toMatchObject({ exitCode: 0 });
  return {
    ...context,
    async [Symbol.asyncDispose]() {
      await directory.close();
      await database.close();
    },
  };
}

test.each(archetypes)("the archetype %s migrates, and rolls back", async (archetype) => {
  await using project = await createAndMigrate([["things", archetype]]);
  const { stdout } = await run(["migrate", "--status", "--json"], project);
  const { migrations } = JSON.parse(stdout) as { migrations: { file: string; state: string }[] };
  expect(migrations.find(({ file }) => file.includes("create_things"))).toMatchObject({ state: "applied" });
  for (let left = migrations.length; left > 0; left -= 1) {
    expect(await run(["migrate", "--rollback"], project)).toMatchObject({ exitCode: 0 });
  }
});

// A tenant's rows are served once tenancy acts; until then the runtime refuses the declaration.
test.each([
  { archetype: "basic", answers: 200 },
  { archetype: "user", answers: 401 },
  { archetype: "content", answers: 200 },
  { archetype: "lookup", answers: 200 },
])("the archetype $archetype is served: a stranger's list is answered with $answers, a write with 401", async (row) => {
  await using project = await createAndMigrate([["things", row.archetype]]);
  await using runtime = createRuntime(await loadProject(project), { logger: noopLogger });
  const { url } = await runtime.start();
  expect((await fetch(`${url}/v1/things`)).status).toBe(row.answers);
  const headers = { "content-type": "application/json" };
  expect((await fetch(`${url}/v1/things`, { method: "POST", body: "{}", headers })).status).toBe(401);
});

test("archetypes that refer to each other migrate in the order of their references", async () => {
  await using project = await createAndMigrate([
    ["organizations", "basic"],
    ["users", "user"],
    ["articles", "content"],
    ["projects", "tenant"],
  ]);
  const { exitCode } = await run(["check"], project);
  expect(exitCode).toBe(0);
});

test("the exported document is the one the server answers with", async () => {
  await using project = await createAndMigrate([["things", "content"]]);
  const { stdout } = await run(["export", "openapi"], project);
  await using runtime = createRuntime(await loadProject(project), { logger: noopLogger });
  const { url } = await runtime.start();
  expect(await (await fetch(`${url}/openapi.json`)).text()).toBe(stdout);
});
