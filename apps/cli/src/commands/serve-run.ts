import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import type { Environment } from "../project.ts";

export const runServe: RunCommand = async (context, invocation) => {
  const env = withPort(context.env, invocation.value("port"));
  const isProduction = env["NODE_ENV"] === "production";
  if (invocation.flag("check")) {
    const { writeCheck } = await import("../serve/check.ts");
    return writeCheck(context, { env, json: invocation.flag("json"), watch: !isProduction });
  }
  if (invocation.flag("child") && context.parent !== undefined) {
    const { runServerForParent } = await import("../serve/run-server.ts");
    return runServerForParent(context, { parent: context.parent, mode: "server" });
  }
  if (isProduction) {
    if (invocation.flag("seed")) throw notInProduction();
    const position = parsePosition(invocation.value("process"));
    if (position !== undefined && context.parent !== undefined) {
      const { runWorker } = await import("../serve/run-worker.ts");
      return runWorker(context, { env, parent: context.parent, position });
    }
    const { runInstance } = await import("../serve/run-instance.ts");
    return runInstance(context, env);
  }
  const { serveInDevelopment } = await import("../serve/development.ts");
  return serveInDevelopment(context, { env, seed: invocation.flag("seed"), mode: "server" });
};

/** A flag beats a variable: both are how a person overrides the file for one run. */
function withPort(env: CommandContext["env"], port: string | undefined): Environment {
  return port === undefined ? env : { ...env, SHAPERAIL_PORT: port };
}

/** `2/4`: the second of four processes. */
function parsePosition(text = ""): { readonly number: number; readonly count: number } | undefined {
  const [, number, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  return number === undefined || count === undefined ? undefined : { number: Number(number), count: Number(count) };
}

function notInProduction(): CliError {
  return new CliError("--seed is not done in production.", {
    code: "CLI_NOT_IN_PRODUCTION",
    hint: "Run `shaperail seed` once, as a step of its own.",
    exitCode: EXIT_CODES.usage,
  });
}
