import type { MessageToWorker } from "./worker-message.ts";

/** A process that serves, as the one that started it sees it. */
export interface WorkerProcess {
  send(message: MessageToWorker): void;
  onMessage(listener: (message: unknown) => void): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Its exit code; for a signal 128 and its number. */
  readonly ended: Promise<number>;
}
