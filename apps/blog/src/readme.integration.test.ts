import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { BLOG, JWT_SECRET, startBlog } from "./blog.test-kit.ts";

test("what the README says to type works, one block after the other", async () => {
  const readme = await readFile(`${BLOG}README.md`, "utf8");
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const commands = blocks.filter((block) => /curl|jobs status/.test(block)).join("");
  expect(commands.match(/^curl/gm)).toHaveLength(12);
  await using blog = await startBlog();
  // An answer of 400 or more is a mistake, unless its status is what is asked for.
  const script = `
    set -euo pipefail
    curl() { case "$*" in *http_code*) command curl "$@";; *) command curl --fail-with-body "$@"; echo;; esac; }
    ${commands.replaceAll("http://localhost:3000", blog.url)}`;
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    timeout: 60_000,
    env: { ...process.env, JWT_SECRET, DATABASE_URL: blog.databaseUrl },
  });
  expect(stdout).toContain('"title":"Hello, world"');
  expect(stdout).toContain('"status":"published"');
  expect(stdout).toContain('"body":"Well said."');
  expect(stdout).toMatch(/^completed +[1-9]/m);
  expect(stdout).not.toContain("editor_note");
});
