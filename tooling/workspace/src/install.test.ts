import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isInstalled, pinnedToolsEnvironment, ROOT } from "./install.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "shaperail-install-"));
  writeFileSync(join(root, "pnpm-lock.yaml"), "lock: 1\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function install(lock: string): void {
  for (const folder of [".pnpm", ".bin"]) mkdirSync(join(root, "node_modules", folder), { recursive: true });
  writeFileSync(join(root, "node_modules", ".pnpm", "lock.yaml"), lock);
  writeFileSync(join(root, "node_modules", ".bin", "node"), "");
}

test("a fresh checkout is not installed", () => {
  expect(isInstalled(root)).toBe(false);
});

test("node_modules made from this lockfile is", () => {
  install("lock: 1\n");
  expect(isInstalled(root)).toBe(true);
});

test("node_modules made from another lockfile is not", () => {
  install("lock: 0\n");
  expect(isInstalled(root)).toBe(false);
});

test("looking costs less than 50 ms", () => {
  const startedAt = performance.now();
  expect(isInstalled(ROOT)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(50);
});

test("the repository's own tools come first on the PATH", () => {
  expect(pinnedToolsEnvironment(root).PATH).toMatch(new RegExp(`^${join(root, "node_modules", ".bin")}`));
});

test("the pnpm that installs is the pnpm on the PATH of the scripts", () => {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { packageManager: string };
  const [, version] = /^  pnpm: (\S+)$/m.exec(readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8")) ?? [];
  expect(packageManager).toBe(`pnpm@${version}`);
});
