import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliError } from "../errors.ts";
import type { RunAs } from "./run-as.ts";

/** A data directory with its password. */
export interface Cluster {
  readonly dataDirectory: string;
  readonly password: string;
}

const INITDB_FLAGS = [
  "--no-instructions",
  "--auth=scram-sha-256",
  "--username=postgres",
  "--encoding=UTF8",
  // The built-in provider sorts and folds case the same way on every machine.
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--set=timezone=UTC",
  "--set=log_timezone=UTC",
  // The password is 24 random bytes: hashing it thousands of times would only make connecting slow.
  "--set=scram_iterations=1",
];

interface ClusterOptions {
  readonly home: string;
  readonly initdb: string;
  readonly runAs: RunAs;
}

/** The data directory below `home`, created the first time; true when it was. */
export async function openCluster({ home, initdb, runAs }: ClusterOptions): Promise<Cluster & { isNew: boolean }> {
  const directory = join(home, "cluster");
  const isNew = !existsSync(directory);
  if (isNew) await createCluster(directory, { initdb, runAs });
  return {
    dataDirectory: join(directory, "data"),
    password: (await readFile(join(directory, "password"), "utf8")).trim(),
    isNew,
  };
}

/** Made under another name first: two commands that start together both make one, and one of the two is kept. */
async function createCluster(directory: string, { initdb, runAs }: Omit<ClusterOptions, "home">): Promise<void> {
  const partial = `${directory}.${randomBytes(4).toString("hex")}.partial`;
  const passwordFile = join(partial, "password");
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    for (const path of [partial, passwordFile]) await give(path, runAs);
    const args = [`--pgdata=${join(partial, "data")}`, `--pwfile=${passwordFile}`, ...INITDB_FLAGS];
    await promisify(execFile)(initdb, args, { ...runAs, cwd: "/", env: SERVER_ENVIRONMENT, timeout: 120_000 });
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // The other command was quicker; its cluster is as good.
    if (existsSync(directory)) return;
    throw new CliError(`PostgreSQL's data directory could not be created in ${directory}.`, {
      code: "CLI_EMBEDDED_POSTGRES_FAILED",
      hint: "Check the free space and the permissions there, or set DATABASE_URL to a PostgreSQL of your own.",
      cause: error,
    });
  }
}

/** PG* variables are for clients of the user's own servers and would bend ours; messages are read, so they are in English. */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
};

/** Hands a path to the user the server runs as. */
export async function give(path: string, { uid, gid }: RunAs): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
