import { readFileSync } from "node:fs";

/** The version of this package. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "0.0.0";
}

/** What `--version` prints: the version first, then what it runs on. */
export function versionText(): string {
  return `${packageVersion()} (node ${process.versions.node}, ${process.platform}-${process.arch})`;
}
