import { createRuntime, loadProject, runUntilSignal } from "@shaperail/runtime";
import type { CommandContext, ParentProcess } from "../command.ts";
import { type Environment, pathTo, writeWarnings } from "../project.ts";
import { isServerMessage, type ServerMessage } from "./server-message.ts";

/** The plain server: serves until a signal, drains, and resolves with the exit code. It neither watches nor migrates. */
export async function runServer(context: CommandContext, env: Environment): Promise<number> {
  const { parent } = context;
  // Without the parent nobody would stop this process; before the server listens, the signal simply ends it.
  parent?.onGone(() => process.kill(process.pid, "SIGTERM"));
  const project = await loadProject({ directory: pathTo(context), env });
  if (parent === undefined) writeWarnings(context, project);
  const runtime = createRuntime(project);
  if (parent !== undefined) {
    // Whatever can be wrong with this version must be known while the one before it still serves.
    await runtime.prepare();
    const started = startMessage(parent);
    send(parent, { type: "prepared" });
    await started;
  }
  // Signals end the process at once until here: nothing is being served that would have to be finished.
  const address = await runtime.start();
  const ended = runUntilSignal(runtime);
  if (parent !== undefined) send(parent, { type: "listening", ...address });
  return ended;
}

function startMessage(parent: ParentProcess): Promise<void> {
  return new Promise((resolve) => {
    parent.onMessage((message) => {
      if (isServerMessage(message, "start")) resolve();
    });
  });
}

function send(parent: ParentProcess, message: ServerMessage): void {
  parent.send(message);
}
