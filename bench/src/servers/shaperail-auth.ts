import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchServer } from "../bench-server.ts";
import { JWT_SECRET } from "../credentials.ts";
import { BLOG } from "../repository.ts";
import { server as shaperail } from "./shaperail.ts";

const AUTH = "auth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h }\n";

/** The example, except that reading a post asks for a token with a role. */
export const server: BenchServer = {
  name: "shaperail-auth",
  describes: "the same, with a token and a role asked for on reading a post",
  command(context) {
    const { env, ...command } = shaperail.command(context);
    return { ...command, env: { ...env, JWT_SECRET }, directory: projectThatAsks() };
  },
};

function projectThatAsks(): string {
  const directory = mkdtempSync(join(tmpdir(), "shaperail-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const name of ["resources", "migrations", "shaperail.config.yaml", "package.json"]) {
    cpSync(join(BLOG, name), join(directory, name), { recursive: true });
  }
  appendFileSync(join(directory, "shaperail.config.yaml"), AUTH);
  const posts = join(directory, "resources/posts.yaml");
  const open = readFileSync(posts, "utf8");
  const asking = open.replace(/(\n {2}get:\n {4}auth:) public/, "$1 [reader]");
  if (asking === open) throw new Error("resources/posts.yaml of the example has no public get any more.");
  writeFileSync(posts, asking);
  return directory;
}
