import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BLOG } from "./repository.ts";

export interface Derivation {
  /** Added to the configuration, or a change of it. @default "" */
  readonly config?: string | ((text: string) => string);
  /** Changes the resource file of posts. */
  readonly posts: (text: string) => string;
}

/** A copy of the example with changes, which is removed when this process ends. */
export function deriveProject({ config = "", posts }: Derivation): string {
  const directory = mkdtempSync(join(tmpdir(), "shaperail-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const name of ["resources", "jobs", "hooks", "migrations", "shaperail.config.yaml", "package.json"]) {
    cpSync(join(BLOG, name), join(directory, name), { recursive: true });
  }
  const rewrite = (name: string, change: (text: string) => string): void => {
    const file = join(directory, name);
    const before = readFileSync(file, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${name} of the example is not what this bench changes any more.`);
    writeFileSync(file, after);
  };
  if (config !== "") rewrite("shaperail.config.yaml", typeof config === "string" ? (text) => text + config : config);
  rewrite("resources/posts.yaml", posts);
  return directory;
}
