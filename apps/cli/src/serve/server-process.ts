import { type ChildProcess, spawn } from "node:child_process";
import type { CommandContext } from "../command.ts";
import { CliError } from "../errors.ts";
import type { Environment } from "../project.ts";
import type { ServerMode } from "./run-server.ts";
import { isServerMessage, type ServerMessage } from "./server-message.ts";

/** Where a server process listens. */
export interface ServerAddress {
  readonly port: number;
  readonly url: string;
}

/** A process that serves one version of the project. */
export interface ServerProcess {
  /** Loads the project as it is now; rejects with `CLI_SERVER_FAILED` when the process ends before it has. */
  load(env: Environment): Promise<void>;
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
 * Starts a process that has everything a server is made of in memory, and waits to be told what to serve.
 *
 * It has a process group of its own, so that Ctrl-C in a terminal does not reach it before its parent has decided.
 */
export function spawnServer(context: CommandContext, mode: ServerMode): ServerProcess {
  const [program, ...args] = context.self;
  const child = spawn(program, [...args, mode === "worker" ? "worker" : "serve", "--child"], {
    cwd: context.directory,
    env: { ...context.env },
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
  const send = (message: ServerMessage): void => void (child.connected && child.send(message));
  return {
    ended,
    async load(env) {
      const prepared = messageFrom(child, "prepared");
      send({ type: "load", env });
      await Promise.race([prepared, failed]);
    },
    async start() {
      const listening = messageFrom(child, "listening");
      send({ type: "start" });
      return Promise.race([listening, failed]);
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
