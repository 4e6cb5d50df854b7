import type { Endpoint, Resource } from "@shaperail/resource";
import type { Controller, Handler } from "./controller.ts";
import { RestError } from "./errors.ts";

/** Functions of the application, by the name a resource file calls them. */
export interface ResourceFunctions {
  readonly controllers: Readonly<Record<string, unknown>>;
  readonly handlers: Readonly<Record<string, unknown>>;
}

interface Place {
  readonly endpoint: Endpoint;
  readonly resource: Resource;
}

/**
 * Proves that every controller and handler that the resources name is there, before anything is opened.
 * @throws RestError `REST_FUNCTION_MISSING`
 */
export function checkFunctions(resource: Resource, { controllers, handlers }: ResourceFunctions): void {
  for (const endpoint of resource.endpoints) {
    for (const name of [...endpoint.before, ...endpoint.after])
      findController(controllers, { name, endpoint, resource });
    if (endpoint.kind === "custom") findHandler(handlers, { endpoint, resource });
  }
}

/** The controller of this name. */
export function findController(
  controllers: ResourceFunctions["controllers"],
  wanted: Place & { readonly name: string },
): Controller {
  return findFunction(controllers, { ...wanted, kind: "controller" }) as Controller;
}

/** The handler of a custom endpoint. */
export function findHandler(handlers: ResourceFunctions["handlers"], { endpoint, resource }: Place): Handler {
  const name = endpoint.handler ?? endpoint.action;
  return findFunction(handlers, { name, kind: "handler", endpoint, resource }) as Handler;
}

interface Wanted extends Place {
  readonly name: string;
  readonly kind: "controller" | "handler";
}

function findFunction(
  functions: Readonly<Record<string, unknown>>,
  { name, kind, endpoint, resource }: Wanted,
): unknown {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (typeof found === "function") return found;
  const file = `${resource.name}.${kind === "controller" ? "controller" : "handlers"}.ts`;
  throw new RestError(`The ${kind} \`${name}\` of ${resource.name}.${endpoint.action} does not exist.`, {
    code: "REST_FUNCTION_MISSING",
    hint: `Export a function of this name from ${file}, beside ${resource.file}.`,
    details: { resource: resource.name, version: resource.version, action: endpoint.action, function: name },
  });
}
