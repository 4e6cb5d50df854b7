import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkSnippets } from "./check-snippets.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const fence = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;
const check = (text: string): Promise<string[]> => checkSnippets(root, [{ path: "tooling/check-docs/PAGE.md", text }]);

test("a snippet that compiles and runs is fine, and leaves nothing behind", async () => {
  expect(await check(fence("ts run", "const answer: number = 42;\nconsole.log(answer);"))).toEqual([]);
  expect(existsSync(join(root, "tooling/check-docs/.check-docs"))).toBe(false);
});

test("a snippet that does not compile is named with its line", async () => {
  expect(await check(`text\n\n${fence("ts", 'const answer: number = "42";')}`)).toEqual([
    expect.stringMatching(/^tooling\/check-docs\/PAGE\.md:3.*TS2322/),
  ]);
});

test("only a snippet marked run is run, and its failure is reported", async () => {
  expect(await check(fence("ts", 'throw new Error("not run");'))).toEqual([]);
  expect(await check(fence("ts run", 'throw new Error("was run");'))).toEqual([
    expect.stringMatching(/PAGE\.md:1 does not run[^]*was run/),
  ]);
});
