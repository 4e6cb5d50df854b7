import { type Logger, noopLogger } from "@shaperail/core";
import { type Check, type CheckAnswer, runCheck } from "./check.ts";

/** The state of the service as an HTTP answer. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: HealthBody;
}

/** What a probe reads. */
export interface HealthBody {
  /** `ok`: send traffic. `degraded`: a check failed. `shutting_down`: this instance is leaving. */
  readonly status: "ok" | "degraded" | "shutting_down";
  /** One entry per check, under its name. Absent for liveness, which checks nothing. */
  readonly checks?: Readonly<Record<string, CheckAnswer>>;
}

/** What {@link createHealth} needs. */
export interface HealthOptions {
  /** What must work for this instance to be sent traffic, by name: `database`, `redis`. Leave out what is not configured. */
  readonly checks: Readonly<Record<string, Check>>;
  /**
   * What is reported beside the checks and never makes the instance unready: `migrations`.
   * @default {}
   */
  readonly informational?: Readonly<Record<string, Check>>;
  /**
   * Longest time for each check, in milliseconds. Below a second, because that is how long a Kubernetes probe waits.
   * @default 800
   */
  readonly timeoutMs?: number;
  /**
   * How long an answer may be given again, in milliseconds. Probes that overlap share one run in any case.
   * @default 0
   */
  readonly cacheMs?: number;
  /** @default noopLogger */
  readonly logger?: Logger;
  /**
   * Milliseconds on a clock that only goes forward.
   * @default performance.now
   */
  readonly now?: () => number;
}

/** Answers `GET /health` and `GET /health/ready`. */
export interface Health {
  /** 200 as long as the process can answer at all. Checks nothing, so a database that is down restarts no instance. */
  live(): HealthAnswer;
  /** 200 when every check passes, otherwise 503. Never rejects, and never takes longer than the time-out of a check. */
  ready(): Promise<HealthAnswer>;
  /**
   * From now on `ready()` is 503 `shutting_down`, with the checks as they were last, so that load balancers turn away;
   * `live()` stays 200.
   */
  shutDown(): void;
}

const LIVE: HealthAnswer = Object.freeze({ status: 200, body: Object.freeze({ status: "ok" }) });

/** Builds the health of a service from its checks. Nothing runs until somebody asks. */
export function createHealth({
  checks,
  informational = {},
  timeoutMs = 800,
  cacheMs = 0,
  logger = noopLogger,
  now = () => performance.now(),
}: HealthOptions): Health {
  let leaving = false;
  let running: Promise<Outcome> | undefined;
  let last: { readonly outcome: Outcome; readonly at: number } | undefined;

  const run = async (): Promise<Outcome> => {
    const [required, informal] = await Promise.all([
      runAll(checks, { timeoutMs, logger }),
      runAll(informational, { timeoutMs, logger }),
    ]);
    const passed = Object.values(required).every(({ status }) => status === "ok");
    const outcome = { passed, checks: { ...informal, ...required } };
    last = { outcome, at: now() };
    running = undefined;
    return outcome;
  };

  // A storm of probes must not become a storm of queries: whoever asks while the checks run gets their answer.
  const outcomeNow = (): Promise<Outcome> => {
    if (last !== undefined && now() - last.at < cacheMs) return Promise.resolve(last.outcome);
    return (running ??= run());
  };

  return {
    live: () => LIVE,
    async ready() {
      // What the checks ask is being closed as well, so they are not asked any more.
      if (leaving) return { status: 503, body: { status: "shutting_down", checks: last?.outcome.checks ?? {} } };
      const { passed, checks: answers } = await outcomeNow();
      return passed
        ? { status: 200, body: { status: "ok", checks: answers } }
        : { status: 503, body: { status: "degraded", checks: answers } };
    },
    shutDown() {
      leaving = true;
    },
  };
}

interface Outcome {
  readonly passed: boolean;
  readonly checks: Readonly<Record<string, CheckAnswer>>;
}

async function runAll(
  checks: Readonly<Record<string, Check>>,
  { timeoutMs, logger }: { timeoutMs: number; logger: Logger },
): Promise<Readonly<Record<string, CheckAnswer>>> {
  const run = async ([name, check]: [string, Check]): Promise<[string, CheckAnswer]> => [
    name,
    await runCheck(check, { name, timeoutMs, logger }),
  ];
  return Object.fromEntries(await Promise.all(Object.entries(checks).map(run)));
}
