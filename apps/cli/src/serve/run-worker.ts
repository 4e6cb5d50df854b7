import {
  createRuntime,
  createWorkerLink,
  exitOnCrash,
  loadProject,
  runUntilSignal,
  type SignalSource,
  type WorkerLink,
  type WorkerPosition,
} from "@shaperail/runtime";
import type { CommandContext, ParentProcess } from "../command.ts";
import { type Environment, pathTo, writeWarnings } from "../project.ts";

export interface WorkerOptions {
  readonly env: Environment;
  readonly parent: ParentProcess;
  readonly position: WorkerPosition;
}

/** One of several processes that serve the same port: like the plain server, but it stops when the process that started it says so. */
export async function runWorker(context: CommandContext, { env, parent, position }: WorkerOptions): Promise<number> {
  const link = createWorkerLink(parent, position);
  const project = await loadProject({ directory: pathTo(context), env });
  if (position.number === 1) writeWarnings(context, project);
  const runtime = createRuntime(project, { worker: link });
  exitOnCrash(runtime.logger);
  // Signals end the process at once until here: nothing is being served that would have to be finished.
  await runtime.start();
  const ended = runUntilSignal(runtime, { signals: stopSignals(context, link) });
  link.listening();
  return ended;
}

/**
 * A terminal, or systemd, tells every process of the group, and the process that started this one tells it again: that is one request to
 * stop. Whether a second one ends everything at once is decided there.
 */
function stopSignals(context: CommandContext, link: WorkerLink): SignalSource {
  let asked = false;
  return {
    on(signal, listener) {
      if (signal !== "SIGTERM") return;
      const onStop = (): void => {
        if (asked) return;
        asked = true;
        listener();
      };
      link.onStop(onStop);
      context.onSignal(onStop);
    },
    off: () => undefined,
  };
}
