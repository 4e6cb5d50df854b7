import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CommandContext } from "./command.ts";

/** Writes a result to the file that was asked for, and says so on standard error; without one, to standard output. */
export async function writeOutput(
  { directory, stdout, stderr }: CommandContext,
  contents: string,
  path: string | undefined,
): Promise<void> {
  if (path === undefined) {
    stdout.write(contents);
    return;
  }
  const file = resolve(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, contents);
  stderr.write(`Wrote ${path}\n`);
}
