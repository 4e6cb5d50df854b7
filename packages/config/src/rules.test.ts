import { readdirSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { joinEnvironment } from "./environment-file.ts";
import { parseConfig } from "./parse-config.ts";
import { CONFIG_RULES, toDiagnostic } from "./rules.ts";

const folder = new URL("../fixtures/", import.meta.url);
const fixtures = readdirSync(folder).filter((name) => /^CONFIG_.*\.yaml$/.test(name));

/** The comments on top of a fixture: `# expect: line:column`, `# message: part of it`, `# env: NAME=value`. */
function headerOf(text: string, key: string): string[] {
  return [...text.matchAll(new RegExp(`^# ${key}: (.*)$`, "gm"))].map(([, value = ""]) => value);
}

test("every rule has a fixture, and every fixture a rule", () => {
  const names = readdirSync(folder).filter((name) => name.startsWith("CONFIG_"));
  expect(names.map((name) => name.replace(/\..*$/, "")).toSorted()).toEqual(Object.keys(CONFIG_RULES).toSorted());
});

test.each(fixtures)("%s has exactly this one mistake, at its place", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  const { config, diagnostics } = parseConfig(text, { file: name, env: parseEnv(headerOf(text, "env").join("\n")) });
  const places = diagnostics.map(({ code, span }) => `${code} ${span?.start.line}:${span?.start.column}`);
  expect(places).toEqual([`${name.replace(".yaml", "")} ${headerOf(text, "expect").join()}`]);
  expect(config).toBeUndefined();
  expect(diagnostics[0]?.message).toContain(headerOf(text, "message").join());
  expect(diagnostics[0]).toMatchObject({ severity: "error", fix: expect.any(String), example: expect.any(String) });
  expect(diagnostics[0]?.message).not.toContain("hunter2");
});

test("CONFIG_ENV_FILE.env claims another NODE_ENV than the environment has", () => {
  const text = readFileSync(new URL("CONFIG_ENV_FILE.env", folder), "utf8");
  const { problems } = joinEnvironment({}, text);
  expect(problems.map(toDiagnostic)).toMatchObject([
    { code: "CONFIG_ENV_FILE", span: { file: ".env", start: { line: 1, column: 1 }, end: { column: 20 } } },
  ]);
});
