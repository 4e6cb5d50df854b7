import { ConfigError, loadConfig, type ProjectConfig } from "@shaperail/config";
import { forkWorker, reportWorkers, runWorkers, workerCount } from "@shaperail/runtime/workers";
import type { CommandContext } from "../command.ts";
import { type Environment, pathTo } from "../project.ts";

// What a process needs besides draining to close what it holds, and a little more: it ends by itself, or never.
const CLOSE_MARGIN_MS = 7_000;

/**
 * The server in production: in this process when `workers` comes to one, otherwise in as many as it says, which share the port. This one then
 * opens nothing of the application and loads next to nothing of it.
 */
export async function runInstance(context: CommandContext, env: Environment): Promise<number> {
  const config = await readConfig(context, env);
  const count = config === undefined ? 1 : workerCount(config);
  if (config === undefined || count === 1) {
    const { runServer } = await import("./run-server.ts");
    return runServer(context, { env, mode: "server" });
  }
  const [, file = ""] = context.self;
  const port = env["SHAPERAIL_PORT"] === context.env["SHAPERAIL_PORT"] ? [] : ["--port", env["SHAPERAIL_PORT"] ?? ""];
  return runWorkers({
    count,
    fork: (number) => forkWorker({ file, args: ["serve", "--process", `${number}/${count}`, ...port] }),
    deadlineMs: config.server.drainDelayMs + config.server.graceMs + CLOSE_MARGIN_MS,
    onEvent: reportWorkers(config),
  });
}

/** Undefined when it has mistakes: whoever loads the whole project reports them, with those of the resources. */
async function readConfig(context: CommandContext, env: Environment): Promise<ProjectConfig | undefined> {
  try {
    const { config } = await loadConfig({ directory: pathTo(context), env });
    return config;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
