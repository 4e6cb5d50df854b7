import type { Environment } from "../project.ts";
import type { ServerAddress, ServerProcess } from "./server-process.ts";

export interface SupervisorOptions {
  readonly spawn: (env: Environment) => ServerProcess;
  /** The server ended although nobody asked it to. */
  readonly onCrash: (exitCode: number) => void;
}

/** Keeps one server process running, and replaces it by the next version. */
export interface Supervisor {
  /**
   * Loads the next version in a process of its own while the current one serves; only when that has worked the current
   * one is stopped and the next one listens. Rejects when it does not load; then the current one goes on.
   */
  replace(env: Environment): Promise<ServerAddress>;
  /** A server listens, or is about to. */
  isServing(): boolean;
  /** Lets the current server finish what it is answering; resolves with its exit code, or 0 when there is none. */
  stop(): Promise<number>;
  /** Ends every process at once. */
  kill(): void;
}

export function createSupervisor({ spawn, onCrash }: SupervisorOptions): Supervisor {
  let current: ServerProcess | undefined;
  let candidate: ServerProcess | undefined;
  let leaving: ServerProcess | undefined;

  async function retire(): Promise<number> {
    leaving = current;
    current = undefined;
    return (await leaving?.stop()) ?? 0;
  }

  async function reportCrash(server: ServerProcess): Promise<void> {
    const exitCode = await server.ended;
    if (current !== server) return;
    current = undefined;
    onCrash(exitCode);
  }

  return {
    async replace(env) {
      const next = spawn(env);
      candidate = next;
      try {
        await next.prepared;
        await retire();
        const address = await next.start();
        current = next;
        void reportCrash(next);
        return address;
      } finally {
        candidate = undefined;
      }
    },
    isServing: () => current !== undefined,
    async stop() {
      candidate?.kill();
      return retire();
    },
    kill() {
      for (const server of [candidate, current, leaving]) server?.kill();
    },
  };
}
