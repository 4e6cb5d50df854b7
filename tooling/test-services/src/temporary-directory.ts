import { chown, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Closeable, closeable } from "@shaperail/core";

/** A directory of its own that disappears with `close()`. */
export interface TemporaryDirectory extends Closeable {
  readonly path: string;
}

/** A user to run a server as; absent means the current one. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** Makes an empty directory that only `owner` can enter. */
export async function temporaryDirectory(prefix: string, { uid, gid }: RunAs = {}): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `shaperail-${prefix}-`)));
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  return { path, ...closeable(() => rm(path, { recursive: true, force: true, maxRetries: 5 })) };
}
