import { loadProject } from "@shaperail/runtime";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { type Environment, pathTo } from "../project.ts";

export interface CheckOptions {
  readonly env: Environment;
  readonly json: boolean;
  readonly watch: boolean;
}

/** Says what `serve` would do, without opening anything. */
export async function writeCheck(context: CommandContext, { env, json, watch }: CheckOptions): Promise<number> {
  let embedded = false;
  const provide = async (missing: readonly string[]): Promise<Record<string, string>> => {
    embedded = missing.length === 1 && missing[0] === "DATABASE_URL";
    return embedded ? { DATABASE_URL: "postgresql://embedded.is.not.started/app" } : {};
  };
  const { config, resources } = await loadProject({ directory: pathTo(context), env, provide });
  const check = {
    project: config.project,
    resources: resources.length,
    port: config.port,
    hot_reload: watch,
    database: embedded ? "embedded" : "configured",
    command: "shaperail serve",
  };
  if (json) context.stdout.write(`${JSON.stringify(check)}\n`);
  else {
    const lines = [
      `Project:    ${check.project}`,
      `Resources:  ${check.resources}`,
      `Port:       ${check.port}`,
      `Hot reload: ${check.hot_reload ? "on" : "off"}`,
      `Database:   ${check.database}`,
      `Command:    ${check.command}`,
    ];
    context.stdout.write(`${lines.join("\n")}\n`);
  }
  return EXIT_CODES.ok;
}
