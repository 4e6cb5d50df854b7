import { expect, test } from "vitest";
import { type Environment, parseConfig } from "./parse-config.ts";

const parse = (text: string, env: Environment = {}): ReturnType<typeof parseConfig> =>
  parseConfig(`project: x\n${text}\n`, {
    file: "shaperail.config.yaml",
    env: { DATABASE_URL: "postgres://h/d", ...env },
  });

test.each([
  { text: "", env: {}, adminPort: undefined },
  { text: "admin_port: 9090", env: {}, adminPort: 9_090 },
  { text: "admin_port: 9090", env: { SHAPERAIL_ADMIN_PORT: "9091" }, adminPort: 9_091 },
  { text: "", env: { SHAPERAIL_ADMIN_PORT: "0", SHAPERAIL_PORT: "0" }, adminPort: 0 },
])("`$text` with $env is the administration port $adminPort", ({ text, env, adminPort }) => {
  expect(parse(text, env)).toMatchObject({ diagnostics: [], config: { adminPort } });
});

test.each([
  { text: "admin_port: 0", env: {} },
  { text: "admin_port: 3000", env: {} },
  { text: "port: 4000", env: { SHAPERAIL_ADMIN_PORT: "4000" } },
])("`$text` with $env is refused", ({ text, env }) => {
  const { config, diagnostics } = parse(text, env);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: "CONFIG_INVALID_VALUE" }]);
});

test.each([
  { env: { RUST_LOG: "warn" }, rustLog: "warn" },
  { env: { SHAPERAIL_LOG: "debug" }, rustLog: "debug" },
  { env: { SHAPERAIL_LOG: "debug", RUST_LOG: "warn" }, rustLog: "debug" },
  { env: { SHAPERAIL_LOG: "", RUST_LOG: "warn" }, rustLog: "warn" },
])("with $env the filter of the log is $rustLog", ({ env, rustLog }) => {
  expect(parse("", env).config?.environment.rustLog).toBe(rustLog);
});

test.each([
  { env: {}, expected: { otelProtocol: undefined, otelDisabled: false } },
  { env: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }, expected: { otelProtocol: "http/protobuf" } },
  { env: { OTEL_SDK_DISABLED: "true" }, expected: { otelDisabled: true } },
  {
    env: { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" },
    expected: { otelSampler: "parentbased_traceidratio", otelSamplerRatio: 0.01 },
  },
  { env: { OTEL_RESOURCE_ATTRIBUTES: "team=blue" }, expected: { otelResourceAttributes: "team=blue" } },
])("$env is understood as OpenTelemetry has it", ({ env, expected }) => {
  expect(parse("", env).config?.environment).toMatchObject(expected);
});

test.each([
  { name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: "http/json" },
  { name: "OTEL_TRACES_SAMPLER", value: "xray" },
  { name: "OTEL_TRACES_SAMPLER_ARG", value: "1.5" },
])("$name=$value is refused with its name", ({ name, value }) => {
  const { diagnostics } = parse("", { [name]: value });
  expect(diagnostics).toMatchObject([{ code: "CONFIG_INVALID_VARIABLE", message: expect.stringContaining(name) }]);
});
