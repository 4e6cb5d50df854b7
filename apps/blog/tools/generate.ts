// Writes what is derived and committed: the seed data, and the JSON Schemas that editors check the YAML files with.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "./generated-files.ts";

for (const { path, contents } of generatedFiles()) {
  writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), contents);
  console.log(`${path}: ${contents.length} characters`);
}
