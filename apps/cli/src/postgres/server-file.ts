import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the other users of a running server need to know; kept afterwards so that the port stays the same. */
export interface ServerFile {
  readonly pid: number;
  readonly port: number;
  /** The named pipe of the leases. */
  readonly pipe: string;
}

const NAME = "server.json";

export async function readServerFile(home: string): Promise<ServerFile | undefined> {
  const text = await readFile(join(home, NAME), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { pid, port, pipe } = JSON.parse(text) as Partial<ServerFile>;
  return pid === undefined || port === undefined || pipe === undefined ? undefined : { pid, port, pipe };
}

/** Replaces the file in one step, and removes the pipe of the server before this one. */
export async function writeServerFile(home: string, server: ServerFile): Promise<void> {
  const previous = await readServerFile(home);
  const partial = join(home, `${NAME}.${process.pid}.partial`);
  await writeFile(partial, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  await rename(partial, join(home, NAME));
  if (previous !== undefined && previous.pipe !== server.pipe) await rm(previous.pipe, { force: true });
}
