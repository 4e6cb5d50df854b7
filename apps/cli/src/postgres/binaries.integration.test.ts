import { spawnSync } from "node:child_process";
import { cp, lstat, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { findBinaries } from "./binaries.ts";
import { linkLibraries } from "./link-libraries.ts";

test("the programs run although the package's install script did not", async () => {
  const { postgres } = await findBinaries({}, "/nowhere");
  await using directory = await temporaryDirectory("binaries");
  const native = join(directory.path, "native");
  await cp(join(dirname(postgres), ".."), native, { recursive: true, verbatimSymlinks: true });
  const library = join(native, "lib");
  const complete = await readdir(library);
  for (const name of complete) {
    if ((await lstat(join(library, name))).isSymbolicLink()) await rm(join(library, name));
  }
  const copy = join(native, "bin", "postgres");
  // Whether it runs without them depends on the libraries of the machine; that each is back does not.
  await linkLibraries(native);
  expect(await readdir(library)).toEqual(complete);
  expect(spawnSync(copy, ["--version"], { encoding: "utf8" }).stdout).toContain("PostgreSQL) 18");
});
