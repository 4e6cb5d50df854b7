import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { countChanges } from "../generate/count-changes.ts";
import { type GeneratedFile, outdatedFiles } from "../generate/generated-files.ts";
import { paintFor } from "../paint.ts";
import { inspectProject } from "../project.ts";

/** A file that `generate` would write. */
interface Change {
  readonly path: string;
  readonly status: "new" | "changed";
  readonly added: number;
  readonly removed: number;
}

export const runDiff: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  const changes = (await outdatedFiles(await inspectProject(context))).map(toChange);
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(changes, null, 2)}\n`);
  else if (changes.length === 0) stdout.write("No changes: everything generated is up to date.\n");
  else {
    const { green, red } = paintFor(stdout);
    for (const { path, status, added, removed } of changes) {
      const before = status === "new" ? "/dev/null" : `a/${path}`;
      stdout.write(`--- ${before}\n+++ b/${path}\n`);
      stdout.write(`${green(`+${added}`)} ${red(`-${removed}`)} line(s)${status === "new" ? ", new file" : ""}\n`);
    }
  }
  return EXIT_CODES.ok;
};

function toChange({ path, contents, existing }: GeneratedFile): Change {
  const status = existing === undefined ? "new" : "changed";
  return { path, status, ...countChanges(existing ?? "", contents) };
}
