import { expect, test } from "vitest";
import { diagnosticsToJson, formatDiagnostics, parseYaml } from "./index.ts";

const text = "project: demo\nprot: 3000\nworkers: auto\n";
const span = {
  file: "shaperail.config.yaml",
  start: { line: 2, column: 1, offset: 14 },
  end: { line: 2, column: 5, offset: 18 },
};
const diagnostic = {
  code: "CONFIG_UNKNOWN_KEY",
  severity: "error",
  message: "unknown field `prot`. Did you mean `port`?",
  span,
  fix: "Correct the key, or remove it.",
  example: "port: 3000",
} as const;
const sources = new Map([["shaperail.config.yaml", text]]);

test("a diagnostic shows its place, the line with a caret, and the fix", () => {
  expect(formatDiagnostics([diagnostic], { sources })).toBe(
    [
      "error CONFIG_UNKNOWN_KEY unknown field `prot`. Did you mean `port`?",
      "  shaperail.config.yaml:2:1",
      "    1 | project: demo",
      "  > 2 | prot: 3000",
      "      | ^^^^",
      "    3 | workers: auto",
      "  fix: Correct the key, or remove it.",
    ].join("\n"),
  );
});

test("past the limit the rest are counted", () => {
  const out = formatDiagnostics(
    Array.from({ length: 25 }, () => diagnostic),
    { sources },
  );
  expect(out.match(/error CONFIG_UNKNOWN_KEY/g)).toHaveLength(20);
  expect(out).toMatch(/… and 5 more\.$/);
});

test("without colour no escape byte is written, with colour there is", () => {
  expect(formatDiagnostics([diagnostic], { sources })).not.toContain("\u001b");
  expect(formatDiagnostics([diagnostic], { sources, color: true })).toContain("\u001b[");
});

test("control characters of the file never reach the terminal", () => {
  const evil = `a: "\\e"\n\u001b[31mb\u0007: 1\n`;
  const { diagnostics } = parseYaml(evil, { file: "evil.yaml" });
  const shown = formatDiagnostics([{ ...diagnostic, span: { ...span, file: "evil.yaml" } }, ...diagnostics], {
    sources: new Map([["evil.yaml", evil]]),
  });
  expect(shown).not.toContain("\u001b");
  expect(shown).not.toContain("\u0007");
});

test("a mistake far to the right of a long line is shown around its place", () => {
  const long = `${"x".repeat(500)}!${"y".repeat(500)}`;
  const place = {
    file: "long.yaml",
    start: { line: 1, column: 501, offset: 500 },
    end: { line: 1, column: 502, offset: 501 },
  };
  const frame = formatDiagnostics([{ ...diagnostic, span: place }], { sources: new Map([["long.yaml", long]]) }).split(
    "\n",
  );
  const [line = "", caret = ""] = frame.slice(2);
  expect(line.length).toBeLessThan(200);
  expect(line[caret.indexOf("^")]).toBe("!");
});

test("JSON carries the same facts with snake_case names", () => {
  expect(diagnosticsToJson([diagnostic, { ...diagnostic, span: undefined, fix: undefined }])).toEqual([
    {
      file: "shaperail.config.yaml",
      line: 2,
      column: 1,
      end_line: 2,
      end_column: 5,
      code: "CONFIG_UNKNOWN_KEY",
      level: "error",
      error: "unknown field `prot`. Did you mean `port`?",
      fix: "Correct the key, or remove it.",
      example: "port: 3000",
    },
    expect.objectContaining({ file: null, line: null, fix: null }),
  ]);
});
