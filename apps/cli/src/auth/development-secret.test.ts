import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { developmentSecret } from "./development-secret.ts";

test("of ten commands at once all sign with the same secret, which nobody else may read and which stays", async () => {
  await using directory = await temporaryDirectory("secret");
  const secrets = await Promise.all(Array.from({ length: 10 }, () => developmentSecret(directory.path)));
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toHaveLength(64);
  expect(await developmentSecret(directory.path)).toBe(secrets[0]);
  const folder = join(directory.path, ".shaperail");
  expect(await readdir(folder)).toEqual([".gitignore", "jwt-secret"]);
  expect((await stat(join(folder, "jwt-secret"))).mode & 0o777).toBe(0o600);
});
