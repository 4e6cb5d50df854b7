import type { CommandContext, RunCommand } from "../command.ts";
import type { Environment } from "../project.ts";

export const runWorker: RunCommand = async (context, invocation) => {
  const port = invocation.value("port");
  if (invocation.flag("child") && context.parent !== undefined) {
    const { runServerForParent } = await import("../serve/run-server.ts");
    return runServerForParent(context, { parent: context.parent, mode: "worker" });
  }
  if (context.env["NODE_ENV"] === "production") {
    const { runServer } = await import("../serve/run-server.ts");
    return runServer(context, { env: withPort(context.env, port), mode: "worker" });
  }
  const { serveInDevelopment } = await import("../serve/development.ts");
  // `serve` runs beside it and has the configured ports.
  return serveInDevelopment(context, { env: withPort(context.env, port ?? "0"), seed: false, mode: "worker" });
};

function withPort(env: CommandContext["env"], port: string | undefined): Environment {
  return port === undefined ? env : { ...env, SHAPERAIL_PORT: port };
}
