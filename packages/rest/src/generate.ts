export { generateStubs, type StubFile } from "./generate/stubs.ts";
export { generateTypes } from "./generate-types.ts";
