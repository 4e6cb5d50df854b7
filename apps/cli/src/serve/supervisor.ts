import type { Environment } from "../project.ts";
import type { ServerAddress, ServerProcess } from "./server-process.ts";

export interface SupervisorOptions {
  readonly spawn: () => ServerProcess;
  /** The server ended although nobody asked it to. */
  readonly onCrash: (exitCode: number) => void;
}

/** Keeps one server process running and one waiting, and replaces the first by the next version in the second. */
export interface Supervisor {
  /**
   * Loads the next version in a process of its own, which is waiting for it, while the current one serves; only when that has worked the current
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
  /** Starting Node and importing everything takes most of a second, so that is done before it is needed. */
  let standby: ServerProcess | undefined;
  let stopped = false;

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

  function prepareStandby(): void {
    const server = spawn();
    standby = server;
    void server.ended.then(() => {
      if (standby === server) standby = undefined;
    });
  }

  prepareStandby();

  return {
    async replace(env) {
      const next = standby ?? spawn();
      standby = undefined;
      candidate = next;
      try {
        await next.load(env);
        await retire();
        const address = await next.start();
        current = next;
        void reportCrash(next);
        return address;
      } catch (error) {
        next.kill();
        throw error;
      } finally {
        candidate = undefined;
        if (!stopped) prepareStandby();
      }
    },
    isServing: () => current !== undefined,
    async stop() {
      stopped = true;
      candidate?.kill();
      standby?.kill();
      return retire();
    },
    kill() {
      stopped = true;
      for (const server of [candidate, standby, current, leaving]) server?.kill();
    },
  };
}
