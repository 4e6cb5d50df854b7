import { existsSync, type FSWatcher, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { closeable, type Closeable } from "@shaperail/core";

export interface WatchOptions {
  /** Root of the project. */
  readonly directory: string;
  /** Called after the last change of a burst, and only when the content of a file has changed. */
  readonly onChange: () => void;
  /** Pause that ends a burst, in milliseconds: editors write a file in several steps. @default 50 */
  readonly debounceMs?: number;
}

const ROOT_FILES = ["shaperail.config.yaml", ".env"];
/** `auth`, `jobs` and `hooks` hold code only, and a project need not have them. */
const FOLDERS = ["resources", "auth", "jobs", "hooks"];

/**
 * Watches the files a server is made of: the configuration, `.env`, `resources/` and the folders with code, also one that is made
 * meanwhile. Begin before they are first read: what is saved from then on is a change.
 *
 * Folders are watched rather than files, because most editors replace a file when they save it.
 */
export async function watchFiles({ directory, onChange, debounceMs = 50 }: WatchOptions): Promise<Closeable> {
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let comparing: Promise<void> = Promise.resolve();
  const compare = async (): Promise<void> => {
    const current = await contents(directory);
    if (current === known) return;
    const isFirst = known === undefined;
    known = current;
    if (!isFirst) onChange();
  };
  // One after the other, or an older state could be taken for a newer one.
  const compareNext = (): Promise<void> => (comparing = comparing.then(compare));
  const touched = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void compareNext(), debounceMs);
  };
  const watchers = new Map<string, FSWatcher>();
  const watchFolder = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
    // A project without `resources/` is refused when it is read, in better words than a watcher's.
    if (!existsSync(join(directory, folder))) return;
    const watcher = watch(join(directory, folder), (_event, name) => {
      if (folder === "" && name !== null && FOLDERS.includes(name)) watchFolder(name);
      else if (folder === "" && name !== null && !ROOT_FILES.includes(name)) return;
      touched();
    });
    watchers.set(folder, watcher.on("error", touched));
  };
  for (const folder of ["", ...FOLDERS]) watchFolder(folder);
  // After the watchers are there, so that no save falls in between.
  await compareNext();
  return closeable(async () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
    await comparing;
  });
}

async function contents(directory: string): Promise<string> {
  const listed = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(directory, folder)).catch(() => [])).filter(isVisible).map((name) => join(folder, name)),
    ),
  );
  const files = [...ROOT_FILES, ...listed.flat().toSorted()];
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8").catch(() => "")));
  return JSON.stringify(files.map((file, index) => [file, texts[index]]));
}

/** Editors keep their copies, and we the schema, under names with a dot in front. */
function isVisible(name: string): boolean {
  return !name.startsWith(".");
}
