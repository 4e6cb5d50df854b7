export { createTypeScriptClient, type TypeScriptClientOptions } from "./client/create-client.ts";
export { createOpenApiDocument, type OpenApiOptions } from "./document/create-document.ts";
export type {
  Components,
  Json,
  JsonObject,
  OpenApiDocument,
  Operation,
  Parameter,
  Part,
  PathItem,
  PathMethod,
} from "./document/model.ts";
export { renderOpenApi } from "./document/render.ts";
export type { DocumentFeatures } from "./document/system-paths.ts";
export type { TokenRoutes } from "./document/token-paths.ts";
export { type DocsPage, docsPage } from "./docs/docs-page.ts";
