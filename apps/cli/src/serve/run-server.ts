import { createRuntime, exitOnCrash, loadProject, type Runtime, runUntilSignal } from "@shaperail/runtime";
import type { CommandContext, ParentProcess } from "../command.ts";
import { type Environment, pathTo, writeWarnings } from "../project.ts";
import { isServerMessage, type ServerMessage } from "./server-message.ts";

/** The plain server: serves until a signal, drains, and resolves with the exit code. It neither watches nor migrates. */
export async function runServer(context: CommandContext, env: Environment): Promise<number> {
  const project = await loadProject({ directory: pathTo(context), env });
  writeWarnings(context, project);
  const runtime = createRuntime(project);
  exitOnCrash(runtime.logger);
  await runtime.start();
  return runUntilSignal(runtime);
}

/** The server as `serve` runs it in development: it loads, starts and stops when the process that watches says so. */
export async function runServerForParent(context: CommandContext, parent: ParentProcess): Promise<number> {
  // Without the parent nobody would stop this process; before the server listens, the signal simply ends it.
  parent.onGone(() => process.kill(process.pid, "SIGTERM"));
  const send = (message: ServerMessage): void => parent.send(message);
  const started = messageFrom(parent, "start");
  const { env } = await messageFrom(parent, "load");
  const runtime: Runtime = createRuntime(await loadProject({ directory: pathTo(context), env }));
  exitOnCrash(runtime.logger);
  // Whatever can be wrong with this version must be known while the one before it still serves.
  await runtime.prepare();
  send({ type: "prepared" });
  await started;
  // Signals end the process at once until here: nothing is being served that would have to be finished.
  const address = await runtime.start();
  const ended = runUntilSignal(runtime);
  send({ type: "listening", ...address });
  return ended;
}

function messageFrom<Type extends ServerMessage["type"]>(
  parent: ParentProcess,
  type: Type,
): Promise<Extract<ServerMessage, { readonly type: Type }>> {
  return new Promise((resolve) => {
    parent.onMessage((message) => {
      if (isServerMessage(message, type)) resolve(message);
    });
  });
}
