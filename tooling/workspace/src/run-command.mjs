import { spawn } from "node:child_process";
import { ROOT } from "./install.mjs";

const GRACE_MS = 5_000;

/**
 * Runs a command in a process group of its own and returns what it printed. Over time, the whole group is asked to
 * end, and killed five seconds later.
 *
 * @param {{ words: readonly string[], env: NodeJS.ProcessEnv, timeoutMs: number, signal?: AbortSignal }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function runCommand({ words, env, timeoutMs, signal }) {
  const [command = "", ...args] = words;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    /** @type {NodeJS.Timeout | undefined} */
    let killer;
    const endGroup = () => {
      signalGroup(child.pid, "SIGTERM");
      killer ??= setTimeout(() => signalGroup(child.pid, "SIGKILL"), GRACE_MS);
    };
    const timer = setTimeout(() => {
      output += `\n${words.join(" ")} took longer than ${timeoutMs / 1_000} s and was ended.\n`;
      endGroup();
    }, timeoutMs);
    signal?.addEventListener("abort", endGroup, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    }
    /** @type {(ok: boolean) => void} */
    const finish = (ok) => {
      clearTimeout(timer);
      clearTimeout(killer);
      signal?.removeEventListener("abort", endGroup);
      resolve({ ok, output });
    };
    child.once("error", (error) => {
      output += `${error.message}\n`;
      finish(false);
    });
    child.once("exit", (code) => {
      // Whatever the command left behind ends with it; a survivor could hold the pipes, and with them us, open.
      signalGroup(child.pid, "SIGKILL");
      const done = () => finish(code === 0 && killer === undefined);
      const last = setTimeout(done, 1_000);
      child.once("close", () => {
        clearTimeout(last);
        done();
      });
    });
  });
}

/** @type {(pid: number | undefined, signal: NodeJS.Signals) => void} */
function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
