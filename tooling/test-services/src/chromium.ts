import { type SpawnSyncReturns, spawnSync } from "node:child_process";

/** @internal Asked for by its test. */
export const CHROMIUM_MISSING =
  "The tests need a browser: install chromium, or set CHROMIUM_PATH to the executable of one.";

/** Under which names Debian, Ubuntu and Google ship it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Flags for a browser that runs in a container as root and talks to nobody but the page.
 * @see https://peter.sh/experiments/chromium-command-line-switches/
 */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What the machine has and can do. */
export interface ChromiumProbes {
  /** `CHROMIUM_PATH`. */
  readonly configured: string | undefined;
  /** Full path of a program on the PATH. */
  which(name: string): string | undefined;
  /** Installs the package; false when that is not possible here. */
  install(): boolean;
}

const chromiumProbes: ChromiumProbes = {
  configured: process.env["CHROMIUM_PATH"],
  which: (name) => run("sh", ["-c", 'command -v "$0"', name], 10_000).stdout.trim() || undefined,
  install: () =>
    process.getuid?.() === 0 && aptGet("update") && aptGet("install", "--yes", "--no-install-recommends", "chromium"),
};

/** Path of a Chromium, installed first where that is possible; throws the one line that says what to do where it is not. */
export function ensureChromium({ configured, which, install }: ChromiumProbes = chromiumProbes): string {
  const find = (): string | undefined => NAMES.map(which).find((path) => path !== undefined);
  const path = configured || find() || (install() ? find() : undefined);
  if (path === undefined) throw new Error(CHROMIUM_MISSING);
  return path;
}

function aptGet(...args: readonly string[]): boolean {
  return run("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args], 300_000).status === 0;
}

function run(command: string, args: readonly string[], timeout: number): SpawnSyncReturns<string> {
  return spawnSync(command, args, { encoding: "utf8", timeout, stdio: ["ignore", "pipe", "pipe"] });
}
