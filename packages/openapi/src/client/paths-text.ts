import type { OpenApiDocument, Operation, Part } from "../document/model.ts";
import { block, docComment, isPart, propertyName, type TypeWriter } from "./type-text.ts";

export interface PathsOptions {
  readonly writer: TypeWriter;
  /** Whether the query parameter `fields` is offered. */
  readonly fields: boolean;
}

/** The interface that openapi-fetch is typed with: what each method of each path takes and answers. */
export function pathsInterface(document: OpenApiDocument, options: PathsOptions): string {
  const members = Object.entries(document.paths).map(([path, item]) => {
    const methods = Object.entries(item).map(
      ([method, operation]) =>
        `${docComment(operation.summary)}${method}: ${operationType(operation, { ...options, document })};`,
    );
    return `${JSON.stringify(path)}: ${block(methods)};`;
  });
  return `export interface paths ${block(members)}\n`;
}

interface OperationOptions extends PathsOptions {
  readonly document: OpenApiDocument;
}

function operationType(operation: Operation, options: OperationOptions): string {
  const responses = Object.entries(operation.responses).map(
    ([status, part]) => `${status}: { ${contentMember(resolve(part, options.document), options)} };`,
  );
  const { requestBody } = operation;
  return block([
    `parameters: ${parametersType(operation, options)};`,
    ...(isPart(requestBody)
      ? [`requestBody${requestBody["required"] === true ? "" : "?"}: { ${contentMember(requestBody, options)} };`]
      : []),
    `responses: ${block(responses)};`,
  ]);
}

function parametersType(operation: Operation, { document, writer, fields }: OperationOptions): string {
  const { parameters } = operation;
  const all = (Array.isArray(parameters) ? parameters : [])
    .filter(isPart)
    .map((part) => resolve(part, document))
    .filter(({ name }) => fields || name !== "fields");
  const places = (["path", "query", "header"] as const).flatMap((place) => {
    const some = all.filter((parameter) => parameter["in"] === place);
    if (some.length === 0) return [];
    const members = some.map(({ name, description, required, schema }) => {
      const type = writer.typeOf(isPart(schema) ? schema : {});
      return `${docComment(description)}${propertyName(typeof name === "string" ? name : "")}${required === true ? "" : "?"}: ${type};`;
    });
    return [`${place}${some.some(({ required }) => required === true) ? "" : "?"}: ${block(members)};`];
  });
  return block(places);
}

function contentMember({ content }: Part, { writer }: OperationOptions): string {
  if (!isPart(content)) return "content?: never";
  const members = Object.entries(content).map(([type, media]) => {
    const schema = isPart(media) && isPart(media["schema"]) ? media["schema"] : {};
    // fetch sends a form as it is, and only then with its boundary.
    return `${JSON.stringify(type)}: ${type === "multipart/form-data" ? "FormData" : writer.typeOf(schema)}`;
  });
  return `content: { ${members.join("; ")} }`;
}

function resolve(part: Part, document: OpenApiDocument): Part {
  const { $ref } = part;
  if (typeof $ref !== "string") return part;
  const [, , kind = "", name = ""] = $ref.split("/");
  const found: unknown = kind === "responses" || kind === "parameters" ? document.components[kind][name] : undefined;
  return isPart(found) ? found : part;
}
