import type { Exchange, Finish } from "@shaperail/http";
import { createLogger } from "@shaperail/logging";
import { expect, test } from "vitest";
import { createAccessLog } from "./access-log.ts";

const FINISH: Finish = { status: 200, durationMs: 11.6, aborted: false } as Finish;

test.each([
  { level: "info", lines: 1 },
  { level: "warn,shaperail_runtime::handlers=info", lines: 1 },
  { level: "error", lines: 0 },
  { level: "info,shaperail_runtime::handlers=warn", lines: 0 },
])("with the filter `$level` a request has $lines line(s), and is looked at only for those", ({ level, lines }) => {
  const written: string[] = [];
  let looked = 0;
  const exchange = {
    get request() {
      looked += 1;
      return { method: "GET", url: "/v1/posts?x=1" };
    },
    requestId: "r1",
    route: { path: "/v1/posts" },
  } as unknown as Exchange;
  const logger = createLogger({ level, destination: (line) => written.push(line) });
  createAccessLog(logger)(exchange, FINISH, { user: undefined, trace: undefined });
  expect([written.length, looked]).toEqual([lines, lines]);
});

test("a request of nobody in particular has no user on its line, not even an empty one", () => {
  const written: string[] = [];
  const exchange = { request: { method: "GET", url: "/" }, requestId: "r1", route: { path: "/" } } as Exchange;
  const writeLine = createAccessLog(createLogger({ destination: (line) => written.push(line) }));
  for (const user of [undefined, "ann"]) writeLine(exchange, FINISH, { user, trace: undefined });
  expect(written.map((line) => (JSON.parse(line) as { user?: string }).user)).toEqual([undefined, "ann"]);
});
