import { spawnSync } from "node:child_process";
import { noopObserver } from "@shaperail/core";
import { expect, test } from "vitest";
import { createTracing } from "./index.ts";

test.each([{ endpoint: undefined }, { endpoint: "" }, { endpoint: " " }])(
  "with the endpoint $endpoint nothing is recorded",
  async ({ endpoint }) => {
    const tracing = await createTracing({ endpoint });
    expect(tracing).toMatchObject({ observer: noopObserver, startRequest: undefined });
    await tracing.close();
  },
);

test.each([
  { what: "no URL", options: { endpoint: "otel-collector:4317" } },
  { what: "another protocol", options: { endpoint: "ftp://collector" } },
  { what: "a ratio above 1", options: { endpoint: "http://collector:4317", samplerRatio: 2 } },
])("$what is a TypeError", async ({ options }) => {
  await expect(createTracing(options)).rejects.toThrow(TypeError);
});

test("without an endpoint nothing of OpenTelemetry is loaded", () => {
  const source = new URL("./index.ts", import.meta.url).href;
  const code = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
    const { createTracing } = await import(${JSON.stringify(source)});
    const tracing = await createTracing({});
    await tracing.close();
    console.log(JSON.stringify(loaded));
  `;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "-e", code];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stdout).toContain("tracing.ts");
  expect(stdout).not.toMatch(/opentelemetry|grpc|protobuf/);
});
