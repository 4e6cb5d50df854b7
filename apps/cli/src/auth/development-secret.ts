import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStateFolder } from "../postgres/home.ts";

const FILE_NAME = "jwt-secret";

/**
 * The secret this machine signs a project's tokens with while nobody has set one. It is made once and kept in `.shaperail/`, so that a token
 * goes on working after a restart, and every command of the project knows it.
 */
export async function developmentSecret(directory: string): Promise<string> {
  const file = join(await openStateFolder(directory), FILE_NAME);
  try {
    // Nobody else on this machine has to read it, and whoever comes second takes what is there.
    await writeFile(file, randomBytes(48).toString("base64"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return (await readFile(file, "utf8")).trim();
}
