import type { DatabaseConfig } from "@shaperail/config";
import { loadProject, type Project } from "@shaperail/runtime";
import type { CommandContext, Invocation, RunCommand } from "../command.ts";
import { describePlan, proposeFix } from "../connections/describe-plan.ts";
import { type ConnectionPlan, planConnections, type PlannedPool } from "../connections/plan-connections.ts";
import { readServer, type ServerReading } from "../connections/read-server.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { paintFor } from "../paint.ts";
import { pathTo } from "../project.ts";

/** `doctor --connections`: does what the application may open fit into what its servers have to give? */
export const runDoctorConnections: RunCommand = async (context, invocation) => {
  const replicas = count(invocation, { name: "replicas", least: 1 });
  const surge = count(invocation, { name: "surge", least: 0, otherwise: 0 });
  const project = await loadProject({ directory: pathTo(context), env: context.env });
  const scale = { replicas, surge };

  const servers = await readServers(project);
  const plans = servers.map(({ reading: { identity: _identity, ...server }, pools }) =>
    planConnections({ server, pools, ...scale }),
  );
  if (invocation.flag("json")) {
    const report = plans.map((plan) => ({ ...plan, fix: proposeFix(plan) }));
    context.stdout.write(`${JSON.stringify({ ...scale, connections: report }, null, 2)}\n`);
  } else {
    for (const plan of plans) writePlan(context, describePlan(plan, scale), plan);
  }
  return plans.some(({ verdict }) => verdict === "over") ? EXIT_CODES.problemsFound : EXIT_CODES.ok;
};

interface Server {
  readonly reading: ServerReading;
  readonly pools: PlannedPool[];
}

/** Two connections of the project may lead to one server, and then share what it has. */
async function readServers({ config }: Project): Promise<Server[]> {
  const named = Object.entries<DatabaseConfig>(config.databases);
  const readings = await Promise.all(
    named.map(async ([name, { url, poolSize, preparedStatements }]) => {
      const parameters = new URL(url.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, "$1localhost")).searchParams;
      const isPooled = preparedStatements === false || parameters.get("pgbouncer") === "true";
      const direct = name === "default" ? config.environment.directDatabaseUrl : undefined;
      const reading = await readServer(direct ?? url, parameters.get("application_name") ?? config.project);
      return { reading, pool: { name, poolSize, isPooled } };
    }),
  );
  const servers = new Map<string, Server>();
  for (const { reading, pool } of readings) {
    const server = servers.get(reading.identity) ?? { reading, pools: [] };
    server.pools.push(pool);
    servers.set(reading.identity, server);
  }
  return [...servers.values()];
}

function writePlan({ stdout }: CommandContext, text: string, plan: ConnectionPlan): void {
  const { green, red, yellow } = paintFor(stdout);
  const mark = { pass: green("✓"), tight: yellow("!"), over: red("✗") }[plan.verdict];
  const fix = proposeFix(plan);
  stdout.write(`${mark} ${text}\n${fix === null ? "" : `  fix: ${fix}\n`}`);
}

interface Count {
  readonly name: string;
  readonly least: number;
  readonly otherwise?: number;
}

function count(invocation: Invocation, { name, least, otherwise }: Count): number {
  const text = invocation.value(name);
  if (text === undefined && otherwise !== undefined) return otherwise;
  if (text !== undefined && /^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
  const problem = text === undefined ? "is missing" : `is "${text}", not a whole number from ${least}`;
  throw new CliError(`--${name} ${problem}.`, {
    code: "CLI_USAGE",
    hint: "shaperail doctor --connections --replicas 4 --surge 1",
    exitCode: EXIT_CODES.usage,
  });
}
