import { fileURLToPath } from "node:url";
import type { CommandContext, Output, ParentProcess } from "./command.ts";
import { runCommandLine } from "./program.ts";

/** The only file that touches `process`: everything else is handed what it needs. */
export async function runProcess(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader of a pipe has seen enough, as `| head -1` does.
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
  process.exitCode = await runCommandLine(process.argv.slice(2), processContext());
  // The channel of a child that `serve` started would keep it alive; that we let go of it is not the parent's end.
  process.removeAllListeners("disconnect");
  if (process.connected) process.disconnect();
}

function processContext(): CommandContext {
  const { env } = process;
  const isContinuousIntegration = env["CI"] !== undefined && env["CI"] !== "" && env["CI"] !== "false";
  return {
    env,
    directory: process.cwd(),
    stdout: toOutput(process.stdout),
    stderr: toOutput(process.stderr),
    isInteractive: process.stdin.isTTY && process.stdout.isTTY && !isContinuousIntegration,
    self: [process.execPath, entryFile()],
    onSignal(listener) {
      process.on("SIGINT", listener).on("SIGTERM", listener).on("SIGHUP", listener);
      return () => void process.off("SIGINT", listener).off("SIGTERM", listener).off("SIGHUP", listener);
    },
    exit: (code) => process.exit(code),
    parent: parentProcess(),
  };
}

/** The published command is this directory's main.js; in the repository bin/shaperail.js makes sources importable first. */
function entryFile(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../bin/shaperail.js" : "./main.js", import.meta.url));
}

function toOutput(stream: NodeJS.WriteStream): Output {
  return { write: (text) => void stream.write(text), color: wantsColor(stream) };
}

function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR: noColor = "", FORCE_COLOR: forceColor, TERM: terminal } = process.env;
  if (noColor !== "") return false;
  if (forceColor !== undefined) return forceColor !== "0" && forceColor !== "false";
  return stream.isTTY && terminal !== "dumb";
}

function parentProcess(): ParentProcess | undefined {
  if (process.send === undefined) return undefined;
  return {
    send: (message) => void (process.connected && process.send?.(message)),
    onMessage: (listener) => void process.on("message", listener),
    onGone: (listener) => void (process.connected ? process.once("disconnect", listener) : listener()),
  };
}
