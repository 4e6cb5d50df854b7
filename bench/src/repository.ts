import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const ROOT: string = at("");
export const BLOG: string = at("apps/blog");

/** The command's entry file: as it is published, or in the repository, from the sources. */
export function shaperailEntry(source: boolean): string {
  return source ? at("apps/cli/bin/shaperail.js") : at("apps/cli/dist/main.js");
}

/** What the build makes of a source file of this package: types cost a server start-up time and memory. */
export function entryOf(sourceFile: string, source: boolean): string {
  return source ? sourceFile : sourceFile.replace(/([/\\])src([/\\].*)\.ts$/, "$1dist$2.js");
}
