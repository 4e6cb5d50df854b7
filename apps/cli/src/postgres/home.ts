import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { give } from "./cluster.ts";
import { canEnter, type RunAs } from "./run-as.ts";

/** Folder of a project for what this command keeps there. */
export const STATE_FOLDER = ".shaperail";

/** Where root keeps what another user must reach, when the project's own directory is closed to that user. */
export const SHARED_DIRECTORY = "/var/lib/shaperail";

/** Makes the folder for this command's state; git does not see it, whatever the project's own .gitignore says. */
export async function openStateFolder(directory: string): Promise<string> {
  const folder = join(directory, STATE_FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
  return folder;
}

interface HomeOptions {
  readonly directory: string;
  readonly runAs: RunAs;
  readonly sharedDirectory: string;
}

/** The directory that holds the server's files: below the project, or below `sharedDirectory` when `runAs` cannot go there. */
export async function openHome({ directory, runAs, sharedDirectory }: HomeOptions): Promise<string> {
  const inProject = join(await openStateFolder(directory), "postgres");
  await openPrivately(inProject, runAs);
  if (canEnter(inProject, runAs)) return inProject;
  const mark = createHash("sha256").update(directory).digest("hex").slice(0, 10);
  const shared = join(sharedDirectory, `${basename(directory)}-${mark}`);
  await mkdir(sharedDirectory, { recursive: true, mode: 0o755 });
  await openPrivately(shared, runAs);
  return shared;
}

async function openPrivately(directory: string, runAs: RunAs): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
  await give(directory, runAs);
}
