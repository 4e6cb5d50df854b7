import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Closeable, closeable } from "@shaperail/core";
import { eventually } from "./backends.test-kit.ts";
import type { ChildOptions } from "./worker-child.test-kit.ts";

/** A worker in a process of its own. */
export interface ChildWorker extends Closeable {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said the line. */
  says(line: string): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

export async function startChildWorker(options: ChildOptions): Promise<ChildWorker> {
  const file = fileURLToPath(new URL("worker-child.test-kit.ts", import.meta.url));
  const args = ["--conditions=@shaperail/source", file, JSON.stringify(options)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
  const says = async (line: string): Promise<void> =>
    void (await eventually(() => lines.includes(line), {
      timeoutMs: 30_000,
      what: `"${line}" (said: ${lines.join(", ")})`,
    }));
  await says("ready");
  return {
    lines,
    says,
    signal: (signal) => void child.kill(signal),
    exited,
    ...closeable(async () => {
      child.kill("SIGKILL");
      await exited;
    }),
  };
}
