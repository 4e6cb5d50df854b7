import { expect, test } from "vitest";
import { parseLogFilter } from "./log-filter.ts";

const handlers = "shaperail_runtime::handlers";

test.each([
  { filter: "warn", target: handlers, threshold: "warn" },
  { filter: "", target: handlers, threshold: "info" },
  { filter: " , ", target: handlers, threshold: "info" },
  { filter: "trace", target: "anything", threshold: "trace" },
  { filter: "off", target: handlers, threshold: "off" },
  { filter: "WARN", target: handlers, threshold: "warn" },
  { filter: "info,shaperail_runtime=debug", target: handlers, threshold: "debug" },
  { filter: "info,shaperail_runtime=debug", target: "my_app::controllers", threshold: "info" },
  { filter: "info,shaperail_runtime=debug", target: "shaperail_runtimes", threshold: "info" },
  { filter: "info, shaperail_runtime::handlers = DEBUG ", target: handlers, threshold: "debug" },
  { filter: "info,shaperail_runtime::handlers=debug", target: "shaperail_runtime::db", threshold: "info" },
  {
    filter: "shaperail_runtime=warn,shaperail_runtime::db=trace",
    target: "shaperail_runtime::db::pool",
    threshold: "trace",
  },
  { filter: "shaperail_runtime::db=trace,shaperail_runtime=warn", target: "shaperail_runtime::db", threshold: "trace" },
  { filter: "shaperail_runtime=debug", target: "sqlx", threshold: "off" },
  { filter: "shaperail_runtime::db", target: "shaperail_runtime::db", threshold: "trace" },
  { filter: "shaperail_runtime::db", target: handlers, threshold: "off" },
  { filter: "info,sqlx=off", target: "sqlx::query", threshold: "off" },
  { filter: "info,warn", target: handlers, threshold: "warn" },
])("$filter lets $target say $threshold", ({ filter, target, threshold }) => {
  const { thresholdOf, invalid } = parseLogFilter(filter);
  expect([thresholdOf(target), invalid]).toEqual([threshold, []]);
});

test.each([
  { filter: "shaperail_runtime=verbose", invalid: ["shaperail_runtime=verbose"] },
  { filter: "debug,a=b=c", invalid: ["a=b=c"] },
  { filter: "trace,=debug", invalid: ["=debug"] },
  { filter: "trace,a::=debug,a=", invalid: ["a::=debug", "a="] },
  { filter: "[span{id=1}]=debug", invalid: ["[span{id=1}]=debug"] },
  { filter: "5", invalid: ["5"] },
])("$filter is not understood: everything is info, and the reason is given", ({ filter, invalid }) => {
  const parsed = parseLogFilter(filter);
  expect([parsed.thresholdOf(handlers), parsed.invalid]).toEqual(["info", invalid]);
});
