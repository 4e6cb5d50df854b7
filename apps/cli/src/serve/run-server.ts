import {
  createRuntime,
  exitOnCrash,
  loadProject,
  type Runtime,
  type RuntimeOptions,
  runUntilSignal,
} from "@shaperail/runtime";
import type { CommandContext, ParentProcess } from "../command.ts";
import { createJobsBoard } from "../jobs/jobs-board.ts";
import { hasJobs, requireJobs } from "../jobs/require-jobs.ts";
import { type Environment, pathTo, writeWarnings } from "../project.ts";
import { isServerMessage, type ServerMessage } from "./server-message.ts";

/** What a process does: it serves the resources, or it does nothing but jobs. */
export type ServerMode = NonNullable<RuntimeOptions["mode"]>;

export interface RunServerOptions {
  readonly env: Environment;
  readonly mode: ServerMode;
}

/** The plain server: serves until a signal, drains, and resolves with the exit code. It neither watches nor migrates. */
export async function runServer(context: CommandContext, { env, mode }: RunServerOptions): Promise<number> {
  const project = await loadProject({ directory: pathTo(context), env });
  writeWarnings(context, project);
  if (mode === "worker") requireJobs(project);
  const runtime = createRuntime(project, { mode });
  exitOnCrash(runtime.logger);
  await runtime.start();
  return runUntilSignal(runtime);
}

/** The server as `serve` runs it in development: it loads, starts and stops when the process that watches says so. */
export async function runServerForParent(
  context: CommandContext,
  { parent, mode }: { readonly parent: ParentProcess; readonly mode: ServerMode },
): Promise<number> {
  // Without the parent nobody would stop this process; before the server listens, the signal simply ends it.
  parent.onGone(() => process.kill(process.pid, "SIGTERM"));
  const send = (message: ServerMessage): void => parent.send(message);
  const started = messageFrom(parent, "start");
  const { env } = await messageFrom(parent, "load");
  const project = await loadProject({ directory: pathTo(context), env });
  await using board = mode === "server" && hasJobs(project) ? createJobsBoard(project) : undefined;
  const runtime: Runtime = createRuntime(project, { mode, app: board?.handle });
  exitOnCrash(runtime.logger);
  // Whatever can be wrong with this version must be known while the one before it still serves.
  await runtime.prepare();
  send({ type: "prepared" });
  await started;
  // Signals end the process at once until here: nothing is being served that would have to be finished.
  const address = await runtime.start();
  const ended = runUntilSignal(runtime);
  send({ type: "listening", ...address });
  return await ended;
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
