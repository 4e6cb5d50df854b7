import { posix } from "node:path";
import { packageNameOf } from "./imports.ts";
import { ROWS, type Row, rowOf } from "./rows.ts";
import type { Manifest, WorkspacePackage } from "./workspace.ts";

const KINDS = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] as const;
// The same files that package.json keeps out of the published package, contract suites, and benchmarks.
const TEST_FILE = /(\.test[^/]*\.ts$|(^|\/)testing\.ts$|\.bench\.ts$)/;

/** Everything in the workspace that the house plan forbids, one sentence each. */
export function findProblems(packages: readonly WorkspacePackage[], rows: readonly Row[] = ROWS): string[] {
  const manifests = new Map(packages.map(({ manifest }) => [manifest.name, manifest]));
  return [
    ...packages.flatMap((item) => [
      ...findRowProblems(item, { manifests, rows }),
      ...findVersionProblems(item),
      ...findImportProblems(item, manifests),
      ...findUnusedProblems(item, manifests),
    ]),
    ...findOwnerProblems(packages),
  ];
}

interface Context {
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly rows: readonly Row[];
}

/** A package that only offers a command cannot be imported; to depend on it is to run it. */
function isCommandOnly(manifest: Manifest | undefined): boolean {
  return manifest !== undefined && manifest.exports?.["."] === undefined;
}

function findRowProblems({ folder, manifest }: WorkspacePackage, { manifests, rows }: Context): string[] {
  const isHouse = folder.startsWith("packages/") || folder.startsWith("apps/");
  const own = rowOf(manifest.name, rows);
  if (!isHouse) return [];
  if (own === undefined) return [`${manifest.name} has no row: add it to tooling/check-graph/src/rows.ts.`];
  return KINDS.flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}).flatMap((name) => {
      const row = rowOf(name, rows);
      if (row === undefined || row < own || isCommandOnly(manifests.get(name))) return [];
      const direction = row === own ? "sideways to" : "up to";
      return [`${manifest.name} (row ${own}) depends ${direction} ${name} (row ${row}) in ${kind}.`];
    }),
  );
}

function findVersionProblems({ manifest }: WorkspacePackage): string[] {
  return KINDS.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).flatMap(([name, version]) => {
      const protocol = name.startsWith("@shaperail/") ? "workspace:" : "catalog:";
      return version.startsWith(protocol)
        ? []
        : [
            `${manifest.name} asks for ${name} ${version}; write "${protocol}" and keep versions in pnpm-workspace.yaml.`,
          ];
    }),
  );
}

function findImportProblems(item: WorkspacePackage, manifests: ReadonlyMap<string, Manifest>): string[] {
  const { manifest, folder } = item;
  const everywhere = new Set(
    ["dependencies", "peerDependencies", "optionalDependencies"].flatMap((kind) => namesOf(manifest, kind)),
  );
  const inTests = new Set([...everywhere, ...namesOf(manifest, "devDependencies")]);
  return item.files.flatMap(({ path, imports }) =>
    imports.flatMap((module) => {
      const place = posix.join(folder, path);
      const name = packageNameOf(module);
      if (name === undefined)
        return leavesPackage(path, module) ? [`${place} reaches into another package: ${module}.`] : [];
      if (name === manifest.name) return [];
      const target = manifests.get(name);
      const subpath = `.${module.slice(name.length)}`;
      if (target !== undefined && !isExported(target, subpath))
        return [`${place} imports ${module}, which ${name} does not export.`];
      const allowed = manifest.private === true || TEST_FILE.test(path) ? inTests : everywhere;
      if (allowed.has(name)) return [];
      const reason = inTests.has(name) ? "is only a devDependency" : "is not declared in its package.json";
      return [`${place} imports ${name}, which ${reason}.`];
    }),
  );
}

function namesOf(manifest: Manifest, kind: string): string[] {
  return KINDS.filter((known) => known === kind).flatMap((known) => Object.keys(manifest[known] ?? {}));
}

function leavesPackage(path: string, module: string): boolean {
  return module.startsWith(".") && posix.join(posix.dirname(path), module).startsWith("..");
}

function isExported({ exports = {} }: Manifest, subpath: string): boolean {
  return Object.hasOwn(exports, subpath);
}

function findUnusedProblems({ manifest, files }: WorkspacePackage, manifests: ReadonlyMap<string, Manifest>): string[] {
  const used = new Set(files.flatMap(({ imports }) => imports.map(packageNameOf)));
  return KINDS.flatMap((kind) =>
    Object.keys(manifest[kind] ?? {})
      .filter((name) => manifests.has(name) && !used.has(name) && !isCommandOnly(manifests.get(name)))
      .map((name) => `${manifest.name} declares ${name} in ${kind} and imports it nowhere.`),
  );
}

/** Libraries with more owners than one, each with the reason why one could not wrap it for the others. */
const SHARED_LIBRARIES: ReadonlyMap<string, readonly string[]> = new Map([
  // BullMQ takes a client of ioredis itself, with options that a cache must not have (docs/decisions/0015).
  ["ioredis", ["@shaperail/cache", "@shaperail/jobs"]],
]);

/** Peers belong to whoever installs the package; development tools and the repository's own tooling own nothing. */
function findOwnerProblems(packages: readonly WorkspacePackage[]): string[] {
  const owners = new Map<string, string[]>();
  for (const { folder, manifest } of packages) {
    if (!folder.startsWith("packages/") && !folder.startsWith("apps/")) continue;
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (!name.startsWith("@shaperail/")) owners.set(name, [...(owners.get(name) ?? []), manifest.name]);
    }
  }
  return [...owners]
    .filter(([name, names]) => names.length > 1 && !names.every((owner) => SHARED_LIBRARIES.get(name)?.includes(owner)))
    .map(
      ([name, names]) =>
        `${name} has ${names.length} owners: ${names.join(", ")}. One package wraps it for the others.`,
    );
}
