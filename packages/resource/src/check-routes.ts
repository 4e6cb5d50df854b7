import type { Diagnostic, SourceSpan } from "@shaperail/source";
import { diagnose } from "./diagnose.ts";
import { CONVENTIONS, kindOf } from "./endpoint-kind.ts";
import type { Project } from "./project.ts";
import { fieldOf, primaryKeyOf } from "./read-field.ts";
import type { ReadResource } from "./shape-resource.ts";
import { conventionalPath } from "./to-endpoint.ts";

interface PlacedRoute {
  /** Routes are compared within one version, method and number of segments. */
  readonly group: string;
  /** The segments; a parameter is `:`, whatever its name. */
  readonly segments: readonly string[];
  /** What a reader knows it by: `posts.list in resources/posts.yaml`. */
  readonly label: string;
  readonly span: SourceSpan;
  /** Its parameter is a key that may be any word. */
  readonly takesWords: boolean;
}

/** Rules about the routes of all resources together. */
export function checkRoutes(project: Project): readonly Diagnostic[] {
  const groups = Map.groupBy(project.resources.flatMap(routesOf), ({ group }) => group);
  return [...groups.values()].flatMap((routes) => [...collisions(routes), ...hiddenRows(routes)]);
}

function collisions(routes: readonly PlacedRoute[]): readonly Diagnostic[] {
  const first = new Map<string, PlacedRoute>();
  return routes.flatMap((route) => {
    const template = route.segments.join("/");
    const earlier = first.get(template);
    if (earlier !== undefined) return [diagnose("SR116", route.span, `${route.label} is already ${earlier.label}.`)];
    first.set(template, route);
    return [];
  });
}

function hiddenRows(routes: readonly PlacedRoute[]): readonly Diagnostic[] {
  const open = routes.filter(({ takesWords }) => takesWords);
  return routes.flatMap((route) => {
    const hidden = open.find((other) => other !== route && hides(route.segments, other.segments));
    return hidden === undefined ? [] : [diagnose("SR117", route.span, `${route.label} hides rows of ${hidden.label}.`)];
  });
}

/** The fixed route answers some request that the other would have answered. */
function hides(fixed: readonly string[], open: readonly string[]): boolean {
  const differing = fixed.filter((segment, position) => segment !== open[position]);
  return (
    differing.length > 0 && fixed.every((segment, position) => segment === open[position] || open[position] === ":")
  );
}

function routesOf(resource: ReadResource): readonly PlacedRoute[] {
  const { resource: name = "", version = 0, endpoints = new Map<string, never>() } = resource.values;
  const key = fieldOf(resource, primaryKeyOf(resource) ?? "")?.value.values.type;
  return [...endpoints].flatMap(([action, { value: endpoint, keySpan }]) => {
    const kind = kindOf(action);
    const { methods, target, explicit } = CONVENTIONS[kind];
    const { method = methods[0], path = explicit ? undefined : conventionalPath(kind, name) } = endpoint.values;
    if (path === undefined || (endpoint.has("path") && endpoint.values.path === undefined)) return [];
    const segments = path.split("/").map((segment) => (segment.startsWith(":") ? ":" : segment));
    return [
      {
        group: `${version} ${method} ${segments.length}`,
        segments,
        label: `${method} /v${version}${path} (\`${name}.${action}\`)`,
        span: endpoint.has("path") ? endpoint.spanOf("path") : keySpan,
        takesWords: target === "row" && key === "string",
      },
    ];
  });
}
