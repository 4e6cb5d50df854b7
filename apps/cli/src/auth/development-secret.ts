import { randomBytes, randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStateFolder } from "../postgres/home.ts";

const FILE_NAME = "jwt-secret";

/**
 * The secret this machine signs a project's tokens with while nobody has set one. It is made once and kept in `.shaperail/`, so that a token
 * goes on working after a restart, and every command of the project knows it.
 */
export async function developmentSecret(directory: string): Promise<string> {
  const folder = await openStateFolder(directory);
  const file = join(folder, FILE_NAME);
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return known;
  // Linked when it is complete, so that of two commands at once the second finds the whole secret of the first.
  const draft = join(folder, `${FILE_NAME}.${randomUUID()}`);
  await writeFile(draft, randomBytes(48).toString("base64"), { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, "utf8");
}
