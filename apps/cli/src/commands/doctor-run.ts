import { connect } from "node:net";
import { loadProject, type Project } from "@shaperail/runtime";
import { createDatabase, DbError, describeUrl } from "@shaperail/db";
import { maskUrl } from "@shaperail/config";
import type { CommandContext, RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { runDoctorConnections } from "./doctor-connections-run.ts";
import { checkJobs } from "../doctor/check-jobs.ts";
import { type DoctorCheck, failed, ok, skipped } from "../doctor/doctor-check.ts";
import { paintFor } from "../paint.ts";
import { pathTo } from "../project.ts";

export const runDoctor: RunCommand = async (context, invocation) => {
  if (invocation.flag("connections")) return runDoctorConnections(context, invocation);
  const checks = await runChecks(context);
  if (invocation.flag("json")) context.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  else writeChecks(context, checks);
  return checks.some(({ status }) => status === "failed") ? EXIT_CODES.problemsFound : EXIT_CODES.ok;
};

async function runChecks(context: CommandContext): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [checkNode(process.versions.node)];
  let embedded = false;
  try {
    const provide = async (missing: readonly string[]): Promise<Record<string, string>> => {
      embedded = missing.length === 1 && missing[0] === "DATABASE_URL";
      return embedded ? { DATABASE_URL: "postgresql://embedded.is.not.started/app" } : {};
    };
    const project = await loadProject({ directory: pathTo(context), env: context.env, provide });
    const { config, resources } = project;
    checks.push(ok("project", `${config.project}: the configuration and ${resources.length} resource(s) are valid`));
    checks.push(
      ...(embedded
        ? [skipped("database", "DATABASE_URL is not set: `serve` starts the embedded PostgreSQL")]
        : await checkDatabases(project)),
    );
    checks.push(...(await checkRedis(project)), ...(await checkJobs(project)));
  } catch (error) {
    checks.push(failed("project", error, "Run `shaperail validate` to see every mistake."));
  }
  return checks;
}

const OLDEST_NODE = [22, 18] as const;

/** Type stripping and `require(esm)` work without flags from this version on. */
export function checkNode(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return ok("node", `Node ${version}`);
  const message = `Node ${version} is older than ${OLDEST_NODE.join(".")}`;
  return { name: "node", status: "failed", message, fix: "Install the current LTS release of Node." };
}

async function checkDatabases({ config }: Project): Promise<DoctorCheck[]> {
  return Promise.all(
    Object.entries(config.databases).map(async ([name, { url }]: [string, { readonly url: string }]) => {
      const label = name === "default" ? "database" : `database ${name}`;
      try {
        await using database = createDatabase({ url, poolSize: 1, connectTimeoutMs: 3_000 });
        await database.connect();
        return ok(label, `${describeUrl(url)} answers`);
      } catch (error) {
        const isRefused = error instanceof DbError && error.code !== "DB_UNAVAILABLE";
        const start = `Start PostgreSQL, or correct the URL (${describeUrl(url)}).`;
        return failed(label, error, (isRefused ? error.hint : undefined) ?? start);
      }
    }),
  );
}

async function checkRedis({ config: { cache, environment } }: Project): Promise<DoctorCheck[]> {
  const url = cache?.url ?? environment.redisUrl;
  if (url === undefined) return [skipped("redis", "not configured")];
  try {
    await canConnect(url);
    return [ok("redis", `${maskUrl(url)} accepts connections`)];
  } catch (error) {
    return [failed("redis", error, `Start Redis, or correct the URL (${maskUrl(url)}).`)];
  }
}

function canConnect(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 3_000 });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.once("connect", () => end(resolve));
    socket.once("timeout", () => end(() => reject(new Error("It did not answer within 3 s."))));
    socket.once("error", (error) => end(() => reject(error)));
  });
}

function writeChecks({ stdout }: CommandContext, checks: readonly DoctorCheck[]): void {
  const { green, red, yellow, dim } = paintFor(stdout);
  const marks = { ok: green("✓"), warning: yellow("!"), failed: red("✗"), skipped: dim("-") };
  for (const { name, status, message, fix } of checks) {
    stdout.write(`${marks[status]} ${name}: ${message}\n${fix === null ? "" : `  fix: ${fix}\n`}`);
  }
}
