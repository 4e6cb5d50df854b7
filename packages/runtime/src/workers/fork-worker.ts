import cluster from "node:cluster";
import { constants } from "node:os";
import type { WorkerProcess } from "./worker-process.ts";

export interface ForkOptions {
  /** The file to run. */
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * Starts a process that shares its ports with the others: this one accepts connections and hands each to the next process in turn. One that
 * is stopping refuses what it is handed, and another gets it, so that nobody is reset.
 */
export function forkWorker({ file, args }: ForkOptions): WorkerProcess {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  // A number that is none, or none that ends, does not survive JSON.
  cluster.setupPrimary({ exec: file, args: [...args], serialization: "advanced" });
  const worker = cluster.fork();
  const ended = new Promise<number>((resolve) => {
    worker.process.once("error", () => resolve(1));
    worker.process.once("exit", (code, signal) => resolve(code ?? 128 + numberOf(signal)));
  });
  return {
    ended,
    send(message) {
      // It may end between the question and the sending; what matters then is that it ended.
      if (worker.isConnected()) worker.process.send(message, () => undefined);
    },
    onMessage: (listener) => void worker.on("message", listener),
    kill: (signal) => void worker.process.kill(signal),
  };
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}
