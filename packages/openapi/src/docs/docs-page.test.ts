import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { docsPage } from "./docs-page.ts";

const { path, contentSecurityPolicy } = docsPage();
const html = readFileSync(path, "utf8");

test.each([
  { directive: "script-src", tag: "script" },
  { directive: "style-src", tag: "style" },
])("$directive allows exactly the one <$tag> of the page, by its hash", ({ directive, tag }) => {
  const blocks = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(([, text = ""]) => text);
  expect(blocks).toHaveLength(1);
  const hash = createHash("sha256").update(blocks.join("")).digest("base64");
  expect(contentSecurityPolicy.split("; ")).toContain(`${directive} 'sha256-${hash}'`);
});

test("the page is one small file that loads nothing from elsewhere", () => {
  expect(statSync(path).size).toBeLessThan(40_000);
  expect(html).not.toMatch(/\b(?:src|href)\s*=\s*"(?!#|data:|openapi\.json)/);
  expect(html).not.toMatch(/@import|\burl\(|innerHTML|\beval\b|style="/);
});
