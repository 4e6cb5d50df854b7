import { type Logger, noopLogger } from "@shaperail/core";
import type { JobsBackend } from "./backend.ts";
import { defineJob } from "./define-job.ts";
import { createWorker } from "./worker.ts";

/** What a job of the crash tests does. */
export interface ChildPayload {
  readonly sleepMs?: number;
}

/** How a child is started: `node <this file> <JSON>`. */
export interface ChildOptions {
  readonly backend: JobsBackend;
  readonly name: string;
  readonly lockMs: number;
  readonly graceMs: number;
  /** The first job blocks the event loop of this child for so long, in one go. */
  readonly blockMs?: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A process of its own that works and says what it does, for tests that kill it. */
async function main({ backend, name, lockMs, graceMs, blockMs = 0 }: ChildOptions): Promise<void> {
  let isFirst = true;
  const work = defineJob<ChildPayload>({
    name: "work",
    attempts: 1,
    async handle({ sleepMs = 0 }, { id, attempt, signal }) {
      say(`begin ${id} ${attempt}`);
      signal.addEventListener("abort", () => say(`abort ${id} ${String(signal.reason.code)}`));
      const end = Date.now() + (isFirst ? blockMs : 0);
      isFirst = false;
      while (Date.now() < end);
      await new Promise((resolve) => setTimeout(resolve, sleepMs));
      say(`end ${id}`);
    },
  });
  const logger: Logger = { ...noopLogger, warn: (message) => say(`log ${message}`), child: () => logger };
  const worker = createWorker({ backend, name, jobs: [work], lockMs, stalledCheckMs: 300, logger });
  await worker.start();
  say("ready");
  process.on("SIGTERM", () => {
    void worker.close({ graceMs }).then(() => {
      say("closed");
      process.exit(0);
    });
  });
}

await main(JSON.parse(process.argv[2] ?? "{}"));
