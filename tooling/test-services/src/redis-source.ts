import { type SpawnSyncReturns, spawnSync } from "node:child_process";

/** Where a Redis server can come from. */
export type RedisSource =
  /** A `redis-server` on the PATH. */
  | { readonly kind: "binary" }
  /** Debian or Ubuntu as root, or with password-less sudo: the package is installed first. */
  | { readonly kind: "apt"; readonly sudo: boolean }
  /** A container engine that answers. */
  | { readonly kind: "docker" };

/** What the machine has; every probe is asked only when those before it said no. */
export interface RedisProbes {
  hasBinary(): boolean;
  hasApt(): boolean;
  isRoot(): boolean;
  hasPasswordlessSudo(): boolean;
  hasDocker(): boolean;
}

/** @internal exported for its tests */
export const REDIS_MISSING =
  "The tests need Redis: install redis-server, start Docker, or set REDIS_URL to a server they may write to.";
const IMAGE = "redis:8-alpine";

/**
 * Decides where Redis comes from; throws the one line that says what to install.
 *
 * @internal exported for its tests
 */
export function chooseRedisSource(probes: RedisProbes): RedisSource {
  if (probes.hasBinary()) return { kind: "binary" };
  if (probes.hasApt() && probes.isRoot()) return { kind: "apt", sudo: false };
  if (probes.hasApt() && probes.hasPasswordlessSudo()) return { kind: "apt", sudo: true };
  if (probes.hasDocker()) return { kind: "docker" };
  throw new Error(REDIS_MISSING);
}

const machineProbes: RedisProbes = {
  hasBinary: () => succeeds("redis-server", ["--version"]),
  hasApt: () => succeeds("apt-get", ["--version"]),
  isRoot: () => process.getuid?.() === 0,
  hasPasswordlessSudo: () => succeeds("sudo", ["-n", "true"]),
  // The client is often there without an engine behind it; only the engine's answer counts.
  hasDocker: () => succeeds("docker", ["version"]),
};

/** How to start the server once its source is there. */
export interface RedisCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Name of the container; absent for a plain process. */
  readonly container?: string;
}

/** Makes Redis available (installing it when that is the source) and returns the source that is ready to start. */
export function prepareRedis(probes: RedisProbes = machineProbes): Exclude<RedisSource, { kind: "apt" }> {
  const source = chooseRedisSource(probes);
  if (source.kind !== "apt") return source;
  installWithApt(source);
  if (probes.hasBinary()) return { kind: "binary" };
  throw new Error(REDIS_MISSING);
}

/** The command line for a server on `port` with `settings` as redis.conf names them. */
export function redisCommand(
  source: Exclude<RedisSource, { kind: "apt" }>,
  { port, settings }: { readonly port: number; readonly settings: Readonly<Record<string, string | number>> },
): RedisCommand {
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (source.kind === "binary") {
    return { command: "redis-server", args: ["--port", String(port), "--bind", "127.0.0.1", ...flags] };
  }
  const container = `shaperail-redis-${process.pid}-${port}`;
  const publish = ["run", "--rm", "--name", container, "--publish", `127.0.0.1:${port}:6379`, IMAGE];
  return { command: "docker", container, args: [...publish, "redis-server", ...flags] };
}

function installWithApt({ sudo }: { readonly sudo: boolean }): void {
  for (const step of [["update"], ["install", "--yes", "--no-install-recommends", "redis-server"]]) {
    const words = [...(sudo ? ["sudo", "-n"] : []), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...step];
    const [command = "", ...args] = words;
    const { status, stderr } = run(command, args, 180_000);
    if (status !== 0) throw new Error(`${REDIS_MISSING} (${words.join(" ")} failed: ${stderr.trim().slice(-300)})`);
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return run(command, args, 10_000).status === 0;
}

function run(command: string, args: readonly string[], timeout: number): SpawnSyncReturns<string> {
  return spawnSync(command, args, { encoding: "utf8", timeout, stdio: ["ignore", "pipe", "pipe"] });
}
