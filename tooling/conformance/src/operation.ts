import type { OpenApiDocument, Part } from "@shaperail/openapi";

/** A parameter of an operation, with its reference followed. */
export interface OperationParameter {
  readonly name: string;
  readonly place: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Part;
}

/** An operation of the document, as a client reads it. */
export interface DocumentOperation {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  /** The first tag: the resource whose rows it is about. */
  readonly tag: string;
  readonly parameters: readonly OperationParameter[];
  /** Schema of the JSON body, and where it stands in the document; undefined when it takes none. */
  readonly body: { readonly schema: Part; readonly pointer: string; readonly required: boolean } | undefined;
  /** By status, or `default`: where each response stands in the document. */
  readonly responses: ReadonlyMap<string, { readonly part: Part; readonly pointer: string }>;
  /** It cannot be called without credentials. */
  readonly guarded: boolean;
  /** Controllers may change what is stored. */
  readonly controlled: boolean;
}

/** Every operation of the document, in its order. */
export function operationsOf(document: OpenApiDocument): readonly DocumentOperation[] {
  return Object.entries(document.paths).flatMap(([template, item]) =>
    Object.entries(item).map(([method, part]): DocumentOperation => {
      const operation = part as Part;
      const pointer = `#/paths/${escape(template)}/${method}`;
      return {
        id: operation["operationId"] as string,
        method: method.toUpperCase(),
        template,
        tag: (operation["tags"] as readonly string[])[0] ?? "",
        parameters: list(operation["parameters"]).map((each) => toParameter(resolve(document, each))),
        body: bodyOf(operation, pointer),
        responses: new Map(
          Object.entries(operation["responses"] as Part).map(([status, each]) => [
            status,
            locate(document, each as Part, `${pointer}/responses/${status}`),
          ]),
        ),
        guarded: isGuarded(list(operation["security"])),
        controlled: operation["x-shaperail-controller"] !== undefined,
      };
    }),
  );
}

/** What a reference leads to; anything else is itself. */
export function resolve(document: OpenApiDocument, part: Part): Part {
  return typeof part["$ref"] === "string" ? resolve(document, find(document, part["$ref"])) : part;
}

function toParameter(part: Part): OperationParameter {
  return {
    name: part["name"] as string,
    place: part["in"] as OperationParameter["place"],
    required: part["required"] === true,
    schema: part["schema"] as Part,
  };
}

function bodyOf(operation: Part, pointer: string): DocumentOperation["body"] {
  const body = operation["requestBody"] as Part | undefined;
  const media = (body?.["content"] as Part | undefined)?.["application/json"] as Part | undefined;
  if (body === undefined || media === undefined) return undefined;
  return {
    schema: media["schema"] as Part,
    pointer: `${pointer}/requestBody/content/application~1json/schema`,
    required: body["required"] === true,
  };
}

function locate(document: OpenApiDocument, part: Part, pointer: string): { part: Part; pointer: string } {
  const { $ref } = part;
  return typeof $ref === "string" ? { part: find(document, $ref), pointer: $ref } : { part, pointer };
}

function find(document: OpenApiDocument, reference: string): Part {
  const steps = reference.slice(2).split("/");
  return steps.reduce<unknown>(
    (value, step) => (value as Part)[step.replaceAll("~1", "/").replaceAll("~0", "~")],
    document,
  ) as Part;
}

function list(value: unknown): readonly Part[] {
  return Array.isArray(value) ? (value as Part[]) : [];
}

/** A key as a step of a JSON pointer. */
function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** An empty requirement among others admits callers without credentials. */
function isGuarded(requirements: readonly Part[]): boolean {
  return requirements.length > 0 && requirements.every((requirement) => Object.keys(requirement).length > 0);
}
