import { existsSync, watch } from "node:fs";
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
const FOLDERS = ["resources"];

/**
 * Watches the files a server is made of: the configuration, `.env` and `resources/`. Begin before they are first read: what is saved from then on
 * is a change.
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
  // A project without its folder is refused when it is read, in better words than a watcher's.
  const folders = ["", ...FOLDERS].filter((folder) => existsSync(join(directory, folder)));
  const watchers = folders.map((folder) =>
    watch(join(directory, folder), (_event, name) => {
      if (folder !== "" || name === null || ROOT_FILES.includes(name)) touched();
    }).on("error", touched),
  );
  // After the watchers are there, so that no save falls in between.
  await compareNext();
  return closeable(async () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
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
