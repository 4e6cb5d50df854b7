import { readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/**
 * Makes the links between library names that the package's install script makes: package managers ask before they run
 * such scripts, and without a terminal nobody answers.
 */
export async function linkLibraries(native: string): Promise<void> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(text) as { readonly source: string; readonly target: string }[]) {
    // One that exists is as good, and one that cannot be made shows when the programs are run.
    await symlink(relative(dirname(target), source), join(native, "..", target)).catch(() => undefined);
  }
}
