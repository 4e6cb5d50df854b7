import type { SignalSource } from "../signals.ts";
import { createCollector } from "./collector.ts";
import { planRestart, type RestartPolicy } from "./restart-policy.ts";
import { isMessage } from "./worker-message.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Something that went another way than it should. */
export type WorkersEvent =
  | { readonly type: "ended"; readonly number: number; readonly exitCode: number; readonly pauseMs: number }
  /** Processes crash again and again. */
  | { readonly type: "gave-up"; readonly crashes: number }
  /** Processes did not end within the deadline and were killed. */
  | { readonly type: "killed"; readonly numbers: readonly number[] };

export interface WorkersOptions {
  /** At least 1. */
  readonly count: number;
  /** Starts the process of that number. */
  readonly fork: (number: number) => WorkerProcess;
  /** Longest time for all processes to end once they were asked to, in milliseconds; then they are killed. */
  readonly deadlineMs: number;
  /** Told what somebody should read. */
  readonly onEvent: (event: WorkersEvent) => void;
  readonly restarts?: RestartPolicy;
  /** @default process */
  readonly signals?: SignalSource;
  /** Ends this process at once. @default process.exit */
  readonly exit?: (code: number) => void;
}

const EXIT_CODE = { SIGTERM: 143, SIGINT: 130 } as const;

interface Member {
  readonly worker: WorkerProcess;
  isListening: boolean;
}

/**
 * Keeps `count` processes serving until a signal, and resolves with the exit code: that of a first process that never served; 1 when one did
 * not end well or they crashed again and again; otherwise 0.
 *
 * The first process starts alone, so that what is wrong with the application is said once; the others follow when it serves.
 */
export function runWorkers({
  count,
  fork,
  deadlineMs,
  onEvent,
  restarts,
  signals = process,
  exit = (code) => process.exit(code),
}: WorkersOptions): Promise<number> {
  const collector = createCollector();
  const members = new Map<number, Member>();
  const timers = new Set<NodeJS.Timeout>();
  const crashes: number[] = [];
  const { promise, resolve } = Promise.withResolvers<number>();
  let served = false;
  let stopping = false;
  let exitCode = 0;

  const start = (number: number): void => {
    const member: Member = { worker: fork(number), isListening: false };
    members.set(number, member);
    member.worker.onMessage((message) => {
      if (isMessage(message, "listening")) onListening(number, member);
    });
    void member.worker.ended.then((code) => onEnded(number, member, code));
  };

  const onListening = (number: number, member: Member): void => {
    member.isListening = true;
    collector.add(number, member.worker);
    if (served || stopping) return;
    served = true;
    for (let other = 2; other <= count; other += 1) start(other);
  };

  const onEnded = (number: number, { isListening }: Member, code: number): void => {
    members.delete(number);
    collector.remove(number);
    if (!stopping && served) return onCrash(number, code);
    // Whoever was stopped while it started has nothing to finish, and how it ended says nothing.
    if (!served) exitCode ||= stopping ? code : code || 1;
    else if (isListening && code !== 0) exitCode = 1;
    if (members.size === 0) finish();
  };

  const onCrash = (number: number, code: number): void => {
    const now = performance.now();
    crashes.push(now);
    crashes.splice(0, crashes.length - MOST_REMEMBERED);
    const decision = planRestart(crashes, now, restarts);
    if (decision.kind === "give-up") {
      onEvent({ type: "gave-up", crashes: crashes.length });
      exitCode = 1;
      stop();
      return;
    }
    onEvent({ type: "ended", number, exitCode: code, pauseMs: decision.pauseMs });
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(number);
    }, decision.pauseMs);
    timers.add(timer);
  };

  const stop = (): void => {
    stopping = true;
    for (const timer of timers) clearTimeout(timer);
    if (members.size === 0) return finish();
    for (const { worker, isListening } of members.values()) {
      if (isListening) worker.send({ type: "stop" });
      else worker.kill("SIGTERM");
    }
    const killer = setTimeout(() => {
      onEvent({ type: "killed", numbers: [...members.keys()] });
      exitCode = 1;
      killAll();
    }, deadlineMs);
    timers.add(killer);
  };

  const killAll = (): void => {
    for (const { worker } of members.values()) worker.kill("SIGKILL");
  };

  const onSignal = (signal: "SIGTERM" | "SIGINT"): void => {
    if (!stopping) return stop();
    killAll();
    exit(EXIT_CODE[signal]);
  };
  const onTerm = (): void => onSignal("SIGTERM");
  const onInt = (): void => onSignal("SIGINT");
  const finish = (): void => {
    for (const timer of timers) clearTimeout(timer);
    signals.off("SIGTERM", onTerm);
    signals.off("SIGINT", onInt);
    resolve(exitCode);
  };

  signals.on("SIGTERM", onTerm);
  signals.on("SIGINT", onInt);
  start(1);
  return promise;
}

/** More than any policy counts. */
const MOST_REMEMBERED = 100;
