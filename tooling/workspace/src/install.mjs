import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The Node that the repository pins: the program itself. */
export const PINNED_NODE = join(ROOT, "node_modules", "node", "bin", "node");

/**
 * True when `node_modules` is what the lockfile says. pnpm keeps a copy of the lockfile it installed from, and writes
 * it last, so an interrupted installation counts as missing.
 *
 * @internal exported for its tests
 * @param {string} root
 */
export function isInstalled(root) {
  const installed = join(root, "node_modules", ".pnpm", "lock.yaml");
  if (!existsSync(installed) || !existsSync(join(root, "node_modules", ".bin", "node"))) return false;
  return readFileSync(installed, "utf8") === readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
}

/**
 * Installs with the package manager the repository names, when something is missing or out of date. False when that
 * failed: nothing can run then.
 *
 * @param {string} [root]
 * @returns {boolean}
 */
export function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return true;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.log(`Installing with ${packageManager} ...`);
  const { status, error } = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 10 * 60_000,
    // Without a terminal pnpm would ask before it replaces node_modules, and nobody is there to answer.
    env: { ...process.env, CI: "true" },
  });
  if (status === 0) return true;
  console.error(`The installation failed: ${error?.message ?? "the lines above say why"}.`);
  return false;
}

/**
 * The environment in which the repository's own tools come first on the PATH: its Node, its pnpm, its compilers.
 *
 * @param {string} [root]
 */
export function pinnedToolsEnvironment(root = ROOT) {
  const path = [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
}
