import { watch } from "node:fs";
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
 * Watches the files a server is made of: the configuration, `.env` and `resources/`.
 *
 * Folders are watched rather than files, because most editors replace a file when they save it.
 */
export async function watchFiles({ directory, onChange, debounceMs = 50 }: WatchOptions): Promise<Closeable> {
  let known = await contents(directory);
  let timer: NodeJS.Timeout | undefined;
  const compare = async (): Promise<void> => {
    const current = await contents(directory);
    if (current === known) return;
    known = current;
    onChange();
  };
  const touched = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void compare(), debounceMs);
  };
  const watchers = ["", ...FOLDERS].map((folder) =>
    watch(join(directory, folder), (_event, name) => {
      if (folder !== "" || name === null || ROOT_FILES.includes(name)) touched();
    }).on("error", touched),
  );
  return closeable(async () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  });
}

async function contents(directory: string): Promise<string> {
  const listed = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(directory, folder)).catch(() => [])).map((name) => join(folder, name)),
    ),
  );
  const files = [...ROOT_FILES, ...listed.flat().toSorted()];
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8").catch(() => "")));
  return JSON.stringify(files.map((file, index) => [file, texts[index]]));
}
