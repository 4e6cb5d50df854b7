import { type Diagnostic, didYouMean, type JsonSchema, type LocatedEntry, type Shape } from "@shaperail/source";
import { checkConditions, conditionSchema } from "./condition.ts";
import { diagnose } from "./diagnose.ts";
import { endpointConditions } from "./endpoint-conditions.ts";
import { CONVENTIONS, kindOf, OWNERLESS } from "./endpoint-kind.ts";
import type { EndpointKind } from "./model.ts";
import { endpointShape, type ReadEndpoint } from "./shape-endpoint.ts";
import { namedMap } from "./shape-parts.ts";

export type ReadEndpoints = ReadonlyMap<string, LocatedEntry<ReadEndpoint>>;

const KINDS = Object.keys(CONVENTIONS) as readonly EndpointKind[];
const CONVENTIONAL = KINDS.filter((kind) => kind !== "custom");
const named = namedMap(endpointShape, { expects: "a map from actions to endpoints" });

/** The endpoints, each with what its kind of action demands. */
export const endpointsShape: Shape<ReadEndpoints> = {
  expects: named.expects,
  read(node, context) {
    const endpoints = named.read(node, context);
    for (const [action, { value, keySpan }] of endpoints ?? []) {
      const kind = kindOf(action);
      for (const problem of checkConditions(value, endpointConditions(kind), keySpan)) {
        // A mistyped action is taken for a custom endpoint; the first thing it lacks is the place to ask.
        const hint = kind === "custom" && problem.code === "SR047" ? didYouMean(action, CONVENTIONAL) : "";
        context.report({ ...problem, message: `${problem.message}${hint}` });
      }
      for (const problem of [...ownerProblems(kind, value), ...afterProblems(kind, value)]) context.report(problem);
    }
    return endpoints;
  },
  schema: () => ({
    type: "object",
    description:
      "What clients can do, by action: list, get, create, update, delete, bulk_create, bulk_delete, or a name of your own.",
    propertyNames: named.schema()["propertyNames"],
    maxProperties: named.schema()["maxProperties"],
    properties: Object.fromEntries(CONVENTIONAL.map((kind) => [kind, kindSchema(kind)])),
    additionalProperties: kindSchema("custom"),
  }),
};

/** Parts of the schema that {@link endpointsShape} refers to. */
export function endpointDefinitions(): JsonSchema {
  return { endpoint: endpointShape.schema() };
}

function kindSchema(kind: EndpointKind): JsonSchema {
  const owner = { not: { anyOf: [{ const: "owner" }, { type: "array", contains: { const: "owner" } }] } };
  return {
    $ref: "#/$defs/endpoint",
    allOf: [
      ...endpointConditions(kind).map(conditionSchema),
      ...(OWNERLESS.includes(kind) ? [{ properties: { auth: owner } }] : []),
      ...(kind === "custom" ? [{ properties: { controller: { properties: { after: false } } } }] : []),
    ],
  };
}

function ownerProblems(kind: EndpointKind, endpoint: ReadEndpoint): readonly Diagnostic[] {
  const { auth } = endpoint.values;
  if (!OWNERLESS.includes(kind) || auth === undefined) return [];
  if (typeof auth === "string") return auth === "owner" ? [diagnose("SR043", endpoint.spanOf("auth"))] : [];
  return auth.filter(({ value }) => value === "owner").map(({ span }) => diagnose("SR043", span));
}

function afterProblems(kind: EndpointKind, endpoint: ReadEndpoint): readonly Diagnostic[] {
  const controller = kind === "custom" ? endpoint.values.controller : undefined;
  return controller?.has("after") ? [diagnose("SR066", controller.keySpanOf("after"))] : [];
}
