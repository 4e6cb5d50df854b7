export { createTypeScriptClient, type TypeScriptClientOptions } from "./create-client.ts";
