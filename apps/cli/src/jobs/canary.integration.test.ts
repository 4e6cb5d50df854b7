import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestDatabase, freePort, openSqlClient } from "@shaperail/test-services";
import { receiveOverHttp } from "@shaperail/test-services/otlp";
import { expect, onTestFinished, test } from "vitest";
import { CONFIG, projectDirectory, run, spawnCommand } from "../command.test-kit.ts";

const PEOPLE = `resource: people
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  name: { type: string, required: true }
  email: { type: string, sensitive: true, required: true, unique: true }
  born: { type: date, sensitive: true }
endpoints:
  list: { auth: public }
  create: { auth: public, input: [name, email, born], jobs: [greet] }
`;

/** Fails in the ways in which values get into the text of a failure. */
const GREET = `export const options = { attempts: 2, backoff: () => 20 };
export async function handle({ data }, { db, logger }) {
  const person = await db.selectFrom("people").selectAll().where("id", "=", data.id).executeTakeFirstOrThrow();
  logger.warn("about to fail", { person, payload: JSON.stringify({ born: "hidden by its reader" }) });
  if (person.name === "twice") await db.insertInto("people").values({ name: "copy", email: person.email }).execute();
  if (person.name === "cause") throw new Error("no greeting", { cause: { email: person.email, born: person.born } });
  throw new Error("cannot greet " + JSON.stringify({ email: person.email }) + " born='1987-06-05'");
}
`;

async function receiver(bodies: string[]): Promise<string> {
  const server = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => void bodies.push(text));
    // A receiver that throws back what it knows from elsewhere.
    request.on("end", () => response.writeHead(500).end('{"email":"canary-0@example.org"}'));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

test("no sensitive value of failing jobs and webhooks is in what two processes write, count, trace, send, keep or show", async () => {
  await using collector = await receiveOverHttp();
  const bodies: string[] = [];
  const config = `${CONFIG}workers: 2
events:
  subscribers: [{ event: people.created, targets: [{ type: webhook, url: "${await receiver(bodies)}" }] }]
  webhooks: { allow: ["127.0.0.1"], allow_http: true }
`;
  const files = { "shaperail.config.yaml": config, "resources/people.yaml": PEOPLE, "jobs/greet.js": GREET };
  await using directory = await projectDirectory(files);
  await using database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.url,
    NODE_ENV: "production",
    WEBHOOK_SECRET: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg",
    SHAPERAIL_LOG: "trace",
    SHAPERAIL_SLOW_QUERY_MS: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  };
  const home = { directory: directory.path, env };
  const migrated = await run(["migrate"], home);
  expect([migrated.exitCode, migrated.stderr]).toEqual([0, expect.anything()]);
  const port = await freePort();
  const served = spawnCommand(["serve", "--port", String(port)], { cwd: directory.path, env });
  onTestFinished(() => void served.child.kill("SIGKILL"));
  const listening = (): number => served.output().stdout.split("listening on port").length - 1;
  await expect.poll(listening, { timeout: 30_000 }).toBe(2);

  const names = ["plain", "twice", "cause"];
  for (const [n, name] of names.entries()) {
    const body = JSON.stringify({ name, email: `canary-${n}@example.org`, born: "1987-06-05" });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`http://127.0.0.1:${port}/v1/people`, { method: "POST", headers, body })).status).toBe(201);
  }
  const status = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await run(["jobs", ...words], home);
    return stdout + stderr;
  };
  await expect
    .poll(() => status("dead"), { timeout: 30_000 })
    .toSatisfy((text: string) => text.split("greet").length > 3);
  await expect.poll(() => bodies.length, { timeout: 20_000 }).toBe(names.length);
  const dead = JSON.parse(await status("dead", "--json")) as readonly { readonly id: string }[];
  const shown = [await status("status"), await status("status", "--json"), await status("dead"), JSON.stringify(dead)];
  for (const { id } of dead) shown.push(await status("status", id), await status("status", id, "--json"));
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  await using client = openSqlClient(database.url);
  const tables = await client.sql(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'shaperail_jobs' OR tablename LIKE 'shaperail\\_%'",
  );
  const kept: string[] = [];
  for (const [table] of tables)
    kept.push(...(await client.sql(`SELECT to_jsonb(t)::text FROM ${table} t`)).flat().map(String));
  served.child.kill("SIGTERM");
  const { stdout, stderr, exitCode } = await served.ended;
  expect(exitCode).toBe(0);

  const places = {
    stdout,
    stderr,
    page,
    bodies: bodies.join("\n"),
    kept: kept.join("\n"),
    shown: shown.join("\n"),
    spans: collector.bytes(),
  };
  expect(stdout).toContain("about to fail");
  expect(stdout).toContain("Slow query detected");
  expect(places.kept).toContain("people.created");
  expect(places.spans).toContain("job.execute");
  expect(places.shown).toContain("[REDACTED]");
  const found = Object.entries(places).flatMap(([place, text]) =>
    ["canary-", "1987-06-05"].flatMap((canary) => {
      const at = text.indexOf(canary);
      return at === -1 ? [] : [`${place}: ${text.slice(Math.max(0, at - 300), at + 60)}`];
    }),
  );
  expect(found).toEqual([]);
});
