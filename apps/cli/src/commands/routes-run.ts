import type { Resource } from "@shaperail/resource";
import type { RunCommand } from "../command.ts";
import { describeAuth } from "../describe-auth.ts";
import { EXIT_CODES } from "../errors.ts";
import { inspectProject } from "../project.ts";

/** A route as the command shows it. */
interface RouteRow {
  readonly method: string;
  readonly path: string;
  readonly auth: string;
  readonly resource: string;
  readonly version: number;
  readonly action: string;
}

export const runRoutes: RunCommand = async (context, invocation) => {
  const { resources } = await inspectProject(context);
  const rows = resources.flatMap(routesOf);
  if (invocation.flag("json")) context.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else context.stdout.write(toTable(rows));
  return EXIT_CODES.ok;
};

function routesOf({ name, version, endpoints }: Resource): RouteRow[] {
  return endpoints.map(({ method, path, auth, action }) => ({
    method,
    path: `/v${version}${path}`,
    auth: describeAuth(auth),
    resource: name,
    version,
    action,
  }));
}

const METHOD_WIDTH = 8;
const PATH_WIDTH = 30;

function toTable(rows: readonly RouteRow[]): string {
  const width = Math.max(PATH_WIDTH, ...rows.map(({ path }) => path.length));
  const line = (method: string, path: string, auth: string): string =>
    `${method.padEnd(METHOD_WIDTH)} ${path.padEnd(width)} ${auth}\n`;
  const rule = line("-".repeat(METHOD_WIDTH), "-".repeat(width), "-".repeat(20));
  return [line("METHOD", "PATH", "AUTH"), rule, ...rows.map(({ method, path, auth }) => line(method, path, auth))].join(
    "",
  );
}
