import { type SpawnSyncReturns, spawnSync } from "node:child_process";

/** @internal exported for its tests */
export const PGBOUNCER_MISSING = "The tests need PgBouncer: install the package pgbouncer.";

/** What the machine has and can do. */
export interface PgBouncerProbes {
  /** Full path of the program: Debian puts it where only root's PATH leads. */
  find(): string | undefined;
  /** Installs the package; false when that is not possible here. */
  install(): boolean;
}

const machineProbes: PgBouncerProbes = {
  find: () => {
    const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` };
    return run("sh", ["-c", "command -v pgbouncer"], { env }).stdout.trim() || undefined;
  },
  install: () => {
    const isRoot = process.getuid?.() === 0;
    const words = [...(isRoot ? [] : ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
    const steps = [["update"], ["install", "--yes", "--no-install-recommends", "pgbouncer"]];
    return steps.every((step) => run(words[0] ?? "", [...words.slice(1), ...step]).status === 0);
  },
};

/** Path of a PgBouncer, installed first where that is possible; throws the one line that says what to do where it is not. */
export function preparePgBouncer({ find, install }: PgBouncerProbes = machineProbes): string {
  const path = find() ?? (install() ? find() : undefined);
  if (path === undefined) throw new Error(PGBOUNCER_MISSING);
  return path;
}

function run(
  command: string,
  args: readonly string[],
  { env }: { readonly env?: NodeJS.ProcessEnv } = {},
): SpawnSyncReturns<string> {
  return spawnSync(command, args, { encoding: "utf8", timeout: 180_000, stdio: ["ignore", "pipe", "pipe"], env });
}
