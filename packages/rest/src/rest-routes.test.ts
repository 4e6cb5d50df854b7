import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ShaperailError } from "@shaperail/core";
import { createHttpApp } from "@shaperail/http";
import { parseResources } from "@shaperail/resource";
import { expect, onTestFinished, test } from "vitest";
import { createRestRoutes } from "./rest-routes.ts";

const COUNTERS = `
resource: counters
version: 1
schema: { id: { type: integer, primary: true, required: true } }
endpoints:
  get: { auth: public }
`;

/** The status of a read whose statement fails with these codes, one after the other, and how often it ran. */
async function readFailingWith(
  codes: readonly string[],
): Promise<{ status: number; runs: number; retryAfter: string | null }> {
  const { resources } = parseResources([{ file: "counters.yaml", text: COUNTERS }]);
  let runs = 0;
  const run = async () => {
    const code = codes[runs++];
    if (code !== undefined) throw new ShaperailError("failed", { code });
    return { rows: [["1", "7"]], rowCount: 1 };
  };
  const routes = createRestRoutes({
    resources,
    database: () => ({ run }),
    authorize: () => Promise.reject(new Error("no")),
  });
  const server = createServer(createHttpApp({ routes }).handle).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/counters/1`);
  return { status: response.status, runs, retryAfter: response.headers.get("retry-after") };
}

test.each([
  { codes: ["DB_DEADLOCK"], status: 200, runs: 2 },
  { codes: ["DB_SERIALIZATION_FAILURE", "DB_DEADLOCK"], status: 200, runs: 3 },
  { codes: ["DB_DEADLOCK", "DB_DEADLOCK", "DB_DEADLOCK"], status: 409, runs: 3 },
  { codes: ["DB_TIMEOUT"], status: 503, runs: 1 },
  { codes: ["DB_POOL_EXHAUSTED"], status: 503, runs: 1 },
  { codes: ["DB_UNAVAILABLE"], status: 503, runs: 1 },
  { codes: ["DB_QUERY_FAILED"], status: 500, runs: 1 },
])("$codes is answered with $status after $runs run(s)", async ({ codes, status, runs }) => {
  const answer = await readFailingWith(codes);
  expect(answer).toMatchObject({ status, runs });
  expect(answer.retryAfter).toBe(status === 503 || status === 409 ? "1" : null);
});
