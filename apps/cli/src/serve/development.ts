import type { Project } from "@shaperail/runtime";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { outdatedDerivedFiles, writeGenerated } from "../generate/generated-files.ts";
import { JOB_SCHEMA } from "../jobs/job-tables.ts";
import { BOARD_PATH } from "../jobs/jobs-board.ts";
import { hasJobs, requireJobs } from "../jobs/require-jobs.ts";
import { migrateProject } from "../migrations.ts";
import { type Environment, type OpenedProject, openProject, writeWarnings } from "../project.ts";
import { reportError } from "../report-error.ts";
import type { ServerMode } from "./run-server.ts";
import { seedWhenEmpty } from "./seed-when-empty.ts";
import { type ServerAddress, spawnServer } from "./server-process.ts";
import { createSupervisor } from "./supervisor.ts";
import { watchFiles } from "./watch-files.ts";

export interface DevelopmentOptions {
  readonly env: Environment;
  /** Load seeds/ when their tables are empty. */
  readonly seed: boolean;
  readonly mode: ServerMode;
}

/** Signals closer together than this are one request to stop: a terminal tells the whole group, and npx tells us again. */
const SAME_REQUEST_MS = 300;

const EXIT_CODE_BY_SIGNAL: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Owns what the server needs: starts the database, migrates, runs the server as a child, and replaces it when a file
 * changes. A version that is not valid is reported, and the last valid one goes on serving.
 */
export async function serveInDevelopment(
  context: CommandContext,
  { env, seed, mode }: DevelopmentOptions,
): Promise<number> {
  const startedAt = performance.now();
  const { stderr } = context;
  const stopped = Promise.withResolvers<void>();
  const supervisor = createSupervisor({
    spawn: () => spawnServer(context, mode),
    onCrash: (exitCode) =>
      stderr.write(`The server ended with ${exitCode}; the next change of a file starts it again.\n`),
  });
  let isServing = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  const ignoreSignals = context.onSignal((signal) => {
    const isRepeated = performance.now() - askedAt < SAME_REQUEST_MS;
    askedAt = performance.now();
    if (isRepeated) return;
    if (isServing) {
      isServing = false;
      stopped.resolve();
      return;
    }
    // A second signal, or one before there is anything to finish. The database's guard stops it when we are gone.
    supervisor.kill();
    context.exit(EXIT_CODE_BY_SIGNAL[signal] ?? EXIT_CODES.failure);
  });

  const opened: OpenedProject[] = [];
  /** Loads the project, on the database that runs already when there is one, and brings its tables up to date. */
  const prepare = async (): Promise<OpenedProject> => {
    const running = opened.map(({ embedded }) => embedded).find((embedded) => embedded !== undefined);
    const next = await openProject(context, { env, running });
    opened.push(next);
    writeWarnings(context, next.project);
    if (mode === "worker") requireJobs(next.project);
    // Not the stubs: a name that is being typed would leave a file behind with each pause.
    await writeGenerated(next.project, await outdatedDerivedFiles(next.project));
    await migrate(context, next.project);
    return next;
  };

  let changedMeanwhile = false;
  let onChange = (): void => void (changedMeanwhile = true);
  try {
    // Before anything is read, so that a file saved while the server starts is not missed.
    await using _watcher = await watchFiles({ directory: context.directory, onChange: () => onChange() });
    const { project, env: childEnv } = await prepare();
    if (seed) await seedWhenEmpty(context, project);
    const address = await supervisor.replace(childEnv);
    writeReady(context, project, { address, mode, ms: performance.now() - startedAt });

    const reload = async (): Promise<void> => {
      const changedAt = performance.now();
      try {
        const next = await prepare();
        // A port the system chose stays the same, or the reader's browser would look for it.
        const samePort = next.project.config.port === 0 ? { SHAPERAIL_PORT: String(address.port) } : {};
        const { url } = await supervisor.replace({ ...next.env, ...samePort });
        stderr.write(`Reloaded in ${Math.round(performance.now() - changedAt)} ms: ${url}\n`);
      } catch (error) {
        if (!isServing) return;
        await reportError(error, stderr, { debug: false });
        const meanwhile = supervisor.isServing() ? "the last valid version goes on serving" : "nothing is served";
        stderr.write(`Not reloaded: until the next change ${meanwhile}.\n`);
      }
    };
    const reloads = oneAtATime(reload);
    onChange = reloads.request;
    isServing = true;
    if (changedMeanwhile) reloads.request();
    await stopped.promise;
    const exitCode = await supervisor.stop();
    await reloads.idle();
    return exitCode;
  } finally {
    supervisor.kill();
    ignoreSignals();
    for (const { close } of opened.toReversed()) await close();
  }
}

async function migrate({ stderr }: CommandContext, project: Project): Promise<void> {
  await migrateProject(project, {
    onGenerated: (file) => stderr.write(`Generated ${file}\n`),
    onApplied: ({ fileName }) => stderr.write(`Applied ${fileName}\n`),
    onJobTables: () => stderr.write(`Made the tables of the job queue (schema ${JOB_SCHEMA})\n`),
    onProgress({ kind }, { database }) {
      if (kind === "waiting") stderr.write(`Another migration of the database ${database} is running; waiting.\n`);
    },
  });
}

interface Readiness {
  readonly address: ServerAddress;
  readonly mode: ServerMode;
  readonly ms: number;
}

function writeReady({ stderr }: CommandContext, project: Project, { address, mode, ms }: Readiness): void {
  const { url } = address;
  const what = mode === "worker" ? "is working on its jobs" : "is ready";
  const lines = [
    `${project.config.project} ${what} after ${Math.round(ms)} ms. Ctrl-C stops it; saving a file reloads it.`,
    ...(mode === "server" ? pagesOf(project, url) : []),
    `  Health  ${url}/health  ${url}/health/ready`,
  ];
  stderr.write(`${lines.join("\n")}\n`);
}

function pagesOf(project: Project, url: string): string[] {
  const lists = project.resources.flatMap(({ version, endpoints }) =>
    endpoints.filter(({ kind }) => kind === "list").map(({ path }) => `${url}/v${version}${path}`),
  );
  return [
    ...lists.slice(0, 5).map((list) => `  API     ${list}`),
    `  Docs    ${url}/docs`,
    ...(hasJobs(project) ? [`  Jobs    ${url}${BOARD_PATH}`] : []),
  ];
}

/** Runs the work again when it was asked for while running, however often that was. */
function oneAtATime(work: () => Promise<void>): { request(): void; idle(): Promise<void> } {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await work();
    } while (again);
    running = undefined;
  };
  return {
    request() {
      again = true;
      running ??= run();
    },
    idle: async () => running,
  };
}
