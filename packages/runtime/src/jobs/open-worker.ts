import { closeable, type Logger, type Observer } from "@shaperail/core";
import { type EventPayload, HOOK_JOB, type HookJobPayload, type Outbox } from "@shaperail/events";
import {
  createWorker,
  defineJob,
  type JobContext,
  type JobDefinition,
  type JobsBackend,
  type JobWorker,
} from "@shaperail/jobs";
import type { Metrics } from "@shaperail/metrics";
import type { Databases } from "../databases.ts";
import type { Project } from "../load-project.ts";
import { sensitiveNames } from "../observability/sensitive-names.ts";
import type { Shutdown } from "../shutdown.ts";
import type { Hook } from "./load-jobs.ts";
import { createTextRedaction } from "./redact-text.ts";
import { webhookDefinition } from "./webhook-definition.ts";

export interface WorkerParts {
  readonly backend: JobsBackend;
  readonly concurrency: number;
  readonly jobs: readonly JobDefinition[];
  readonly hooks: ReadonlyMap<string, Hook>;
  readonly databases: Databases;
  /** That of the default connection. */
  readonly outbox: Outbox;
  readonly shutdown: Shutdown;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly observer: Observer;
  readonly graceMs: number;
}

/** What a handler of the application has besides: the query builder of the default connection. */
export interface ApplicationJobContext extends JobContext {
  readonly db: unknown;
}

/** Makes the worker of everything the application can run; it takes nothing before it is started. */
export function openWorker({ config, resources }: Project, parts: WorkerParts): JobWorker {
  const { backend, concurrency, jobs, hooks, databases, outbox, shutdown, metrics, logger, observer, graceMs } = parts;
  const database = databases.get("default");
  const webhooks = config.events?.webhooks;
  const definitions = jobs.map((job) => withDatabase(job, databases));
  if (hooks.size > 0) definitions.push(withDatabase(hookDefinition(hooks), databases));
  if (webhooks !== undefined && database !== undefined) {
    const { sender, job } = webhookDefinition({ config: webhooks, database, outbox, logger, observer });
    shutdown.add("webhooks", sender);
    definitions.push(job);
  }
  const worker = createWorker({
    backend,
    concurrency,
    jobs: definitions,
    redactText: createTextRedaction(sensitiveNames(resources)),
    onDead: () => metrics.countError("job_dead"),
    logger,
    observer,
  });
  shutdown.add(
    "the worker",
    closeable(() => worker.close({ graceMs })),
  );
  return worker;
}

/** The job that calls the function of a hook. */
function hookDefinition(hooks: ReadonlyMap<string, Hook>): JobDefinition {
  const job = defineJob<HookJobPayload>({
    name: HOOK_JOB,
    async handle({ hook, event }, context) {
      const run = hooks.get(hook);
      if (run === undefined) throw new TypeError(`There is no hook ${JSON.stringify(hook)} in this release.`);
      await run(event satisfies EventPayload, context);
    },
  });
  // Jobs are kept by name, whatever the payload of each is.
  return job as JobDefinition;
}

function withDatabase(job: JobDefinition, databases: Databases): JobDefinition {
  return {
    ...job,
    handle(payload, context) {
      const own: ApplicationJobContext = {
        ...context,
        // When it is asked for: making a query builder loads one.
        get db() {
          return databases.get("default")?.kysely();
        },
      };
      return job.handle(payload, own);
    },
  };
}
