import { connect, createServer, type Server } from "node:net";
import { createTestDatabase } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "./index.ts";

let server: Awaited<ReturnType<typeof createTestDatabase>>;
let gate: Server;
let url: string;

/** PostgreSQL's ErrorResponse, as PgBouncer sends it for a start-up parameter it does not track. */
function refusal(): Buffer {
  const fields = ["SFATAL", "VFATAL", "C08P01", "Munsupported startup parameter: statement_timeout", ""];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(""));
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

beforeAll(async () => {
  server = await createTestDatabase();
  const target = new URL(server.url);
  const behind = { host: target.hostname, port: Number(target.port) };
  gate = createServer((client) => {
    client.on("error", () => client.destroy());
    client.once("data", (startup) => {
      if (startup.includes("statement_timeout")) return void client.end(refusal());
      const upstream = connect(behind);
      upstream.on("error", () => client.destroy());
      client.on("close", () => upstream.destroy());
      upstream.write(startup);
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
  const address = gate.address();
  target.port = String(typeof address === "object" ? address?.port : "");
  target.searchParams.set("sslmode", "disable");
  url = target.href;
});
afterAll(async () => {
  gate.close();
  await server.close();
});

test("a server that refuses start-up parameters is taken for a pooler, and used as one", async () => {
  await using db = createDatabase({ url, poolSize: 1, statementTimeoutMs: 1_234 });
  await db.connect();
  const count = { name: "count", text: "select count(*) from pg_prepared_statements" };
  await db.run(count, []);
  expect((await db.run(count, [])).rows).toEqual([["0"]]);
  const limit = await db.transaction((tx) => tx.run({ name: "limit", text: "show statement_timeout" }, []));
  expect(limit.rows).toEqual([["1234ms"]]);
});

test("when prepared statements are demanded, the refusal is an error that says what to set", async () => {
  await using db = createDatabase({ url, preparedStatements: true });
  await expect(db.connect()).rejects.toMatchObject({
    code: "DB_UNAVAILABLE",
    hint: "It is a pooler: set preparedStatements to false.",
    details: { sqlState: "08P01" },
  });
});
