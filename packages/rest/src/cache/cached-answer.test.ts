import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHttpApp } from "@shaperail/http";
import { parseResources } from "@shaperail/resource";
import { expect, onTestFinished, test } from "vitest";
import { OPEN } from "../access.ts";
import { createRestRoutes } from "../rest-routes.ts";

const peeking = (name: string, action: string): string => `
resource: ${name}
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
endpoints:
  ${action}: { method: GET, path: /${name}/peek, auth: public, handler: peek, cache: { ttl: 60 } }
`;

test("no two endpoints share an answer, however alike their names are when they are strung together", async () => {
  const keys: string[] = [];
  const { resources } = parseResources([
    { file: "notes.yaml", text: peeking("notes", "v1_peek") },
    { file: "notes-v1.yaml", text: peeking("notes_v1", "peek") },
  ]);
  const routes = createRestRoutes({
    resources,
    database: () => ({ run: async () => ({ rows: [], rowCount: 0 }) }),
    authorize: () => OPEN,
    functions: () => ({ controllers: {}, handlers: { peek: () => 1 } }),
    cache: {
      async fetch({ key }, load) {
        keys.push(key);
        const { body, meta } = await load();
        return { body: Buffer.from(body), meta, state: "miss" };
      },
      invalidate: async () => undefined,
    },
  });
  const server = createServer(createHttpApp({ routes }).handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const name of ["notes", "notes_v1"]) await fetch(`http://127.0.0.1:${port}/v1/${name}/peek`);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(2);
});
