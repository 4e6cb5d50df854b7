import { type ChildProcess, spawn } from "node:child_process";
import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import type { Environment } from "../project.ts";
import { isServerMessage, type ServerMessage } from "./server-message.ts";

/** Where a server process listens. */
export interface ServerAddress {
  readonly port: number;
  readonly url: string;
}

/** A process that serves one version of the project. */
export interface ServerProcess {
  /** Resolves when the project is loaded; rejects with `CLI_SERVER_FAILED` when the process ends before. */
  readonly prepared: Promise<void>;
  /** Resolves with the exit code, however the process ends. */
  readonly ended: Promise<number>;
  /** Lets it listen; rejects with `CLI_SERVER_FAILED` when the process ends before it does. */
  start(): Promise<ServerAddress>;
  /** Asks it to finish what it is answering and to end; after `graceMs` more than asks. @default 25_000 */
  stop(graceMs?: number): Promise<number>;
  kill(): void;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Starts the server in a process of its own, which loads the project and waits for {@link ServerProcess.start}.
 *
 * It has a process group of its own, so that Ctrl-C in a terminal does not reach it before its parent has decided.
 */
export function spawnServer(context: CommandContext, env: Environment): ServerProcess {
  const [program, ...args] = context.self;
  const child = spawn(program, [...args, "serve", "--child"], {
    cwd: context.directory,
    env: { ...env },
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = exitCodeOf(child);
  const failed = ended.then((exitCode): never => {
    throw new CliError("The server ended before it was ready.", {
      code: "CLI_SERVER_FAILED",
      hint: "It has said above why.",
      exitCode: exitCode === 0 ? 1 : exitCode,
    });
  });
  failed.catch(() => undefined);
  const prepared = Promise.race([messageFrom(child, "prepared").then(() => undefined), failed]);
  prepared.catch(() => undefined);
  return {
    prepared,
    ended,
    async start() {
      await prepared;
      const listening = Promise.race([messageFrom(child, "listening"), failed]);
      child.send({ type: "start" } satisfies ServerMessage);
      return listening;
    },
    async stop(graceMs = 25_000) {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      try {
        return await ended;
      } finally {
        clearTimeout(killer);
      }
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0)));
  });
}

function messageFrom<Type extends ServerMessage["type"]>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<ServerMessage, { readonly type: Type }>> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      if (isServerMessage(message, type)) resolve(message);
    });
  });
}
