import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Signals closer together than this are one request to stop: a terminal tells the whole group, and npm tells us again. */
const SAME_REQUEST_MS = 300;
const PARENT_CHECK_MS = 500;

/**
 * Runs a command with this process's terminal, passes signals on, and returns its exit code.
 *
 * @param {{ command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function runUntilItEnds({ command, args, cwd, env }) {
  return new Promise((resolve) => {
    // In a group of its own: otherwise Ctrl-C reaches it from the terminal and from us, and the second signal means
    // "stop at once".
    const child = spawn(command, args, { cwd, env, stdio: "inherit", detached: true });
    let lastSignalAt = Number.NEGATIVE_INFINITY;
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.on(signal, () => {
        const now = performance.now();
        if (now - lastSignalAt > SAME_REQUEST_MS) child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
        lastSignalAt = now;
      });
    }
    // When npm is killed, nobody else would tell us; a server that nobody can reach with Ctrl-C must not stay.
    const parent = process.ppid;
    const parentCheck = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(parentCheck);
      child.kill("SIGTERM");
    }, PARENT_CHECK_MS);
    child.once("error", (error) => {
      console.error(`${command} did not start: ${error.message}`);
      clearInterval(parentCheck);
      resolve(1);
    });
    child.once("exit", (code, signal) => {
      clearInterval(parentCheck);
      resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]);
    });
  });
}
