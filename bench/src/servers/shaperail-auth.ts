import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchServer } from "../bench-server.ts";
import { BLOG } from "../repository.ts";
import { server as shaperail } from "./shaperail.ts";

/** The example, except that reading a post asks for a token with a role. */
export const server: BenchServer = {
  name: "shaperail-auth",
  describes: "the same, with a token and a role asked for on reading a post",
  command: (context) => ({ ...shaperail.command(context), directory: projectThatAsks() }),
};

function projectThatAsks(): string {
  const directory = mkdtempSync(join(tmpdir(), "shaperail-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const name of ["resources", "migrations", "shaperail.config.yaml", "package.json"]) {
    cpSync(join(BLOG, name), join(directory, name), { recursive: true });
  }
  const posts = join(directory, "resources/posts.yaml");
  const open = readFileSync(posts, "utf8");
  const asking = open.replace(/(\n {2}get:\n {4}auth:) public/, "$1 [reader]");
  if (asking === open) throw new Error("resources/posts.yaml of the example has no public get any more.");
  writeFileSync(posts, asking);
  return directory;
}
