import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { importedModules } from "./imports.ts";

/** The parts of a package.json that say what depends on what. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One source file and the modules it names. */
export interface SourceFile {
  /** Relative to the package, with forward slashes. */
  readonly path: string;
  readonly imports: readonly string[];
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Relative to the repository: `packages/db`; empty for the repository itself. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

const PACKAGES = ["packages/*/package.json", "apps/*/package.json", "tooling/*/package.json", "bench/package.json"];
const SOURCE = /\.(ts|mts|js|mjs)$/;
/** Folders that hold no source of the package: installed, built, or text for somebody else's project. */
const FOREIGN_FOLDERS = new Set(["node_modules", "dist", "fixtures", "templates", "coverage"]);

/** Reads every package.json and every import statement of the repository at `root`. */
export function readWorkspace(root: string): WorkspacePackage[] {
  const manifests = globSync(PACKAGES, { cwd: root }).toSorted();
  const folders = manifests.map((path) => path.slice(0, -"/package.json".length));
  return [readPackage(root, ""), ...folders.map((folder) => readPackage(root, folder))];
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const directory = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  const files = listSources(directory, { recursive: folder !== "" }).map((path) => ({
    path,
    imports: importedModules(path, readFileSync(join(directory, path), "utf8")),
  }));
  return { folder, manifest, files };
}

function listSources(directory: string, { recursive }: { readonly recursive: boolean }): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return SOURCE.test(entry.name) ? [entry.name] : [];
    const isOwn = !entry.name.startsWith(".") && !FOREIGN_FOLDERS.has(entry.name);
    if (!recursive || !entry.isDirectory() || !isOwn) return [];
    return listSources(join(directory, entry.name), { recursive }).map((path) => `${entry.name}/${path}`);
  });
}
