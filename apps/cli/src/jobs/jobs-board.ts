import type { ServerResponse } from "node:http";
import { type Closeable, closeable, toError } from "@shaperail/core";
import { type Project, jobsBackend, type RuntimeOptions } from "@shaperail/runtime";
import { maskCredentials } from "../mask-credentials.ts";

/** Where the board is, in development. */
export const BOARD_PATH = "/_shaperail/jobs";

type Handle = NonNullable<RuntimeOptions["app"]>;

/** bull-board for the jobs of a project. */
export interface JobsBoard extends Closeable {
  /** Answers below {@link BOARD_PATH} and passes everything else on. */
  readonly handle: Handle;
}

/** The board loads its own scripts and styles, and nothing from anywhere else. */
const CONTENT_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'";

/** Nothing is imported or opened before somebody looks; a queue that cannot be opened is tried again by the next look. */
export function createJobsBoard({ config }: Pick<Project, "config">): JobsBoard {
  let opening: Promise<OpenBoard> | undefined;
  const open = (): Promise<OpenBoard> =>
    (opening ??= openBoard(config).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  return {
    async handle(request, response, next) {
      const { url = "" } = request;
      if (!isBelow(url)) return next();
      response.setHeader("Content-Security-Policy", CONTENT_POLICY);
      try {
        const { handle } = await open();
        // The board does not know where it is mounted.
        request.url = url.slice(BOARD_PATH.length).replace(/^(?!\/)/, "/");
        await handle(request, response, next);
      } catch (error) {
        refuse(response, error);
      }
    },
    ...closeable(async () => (await opening?.catch(() => undefined))?.close()),
  };
}

interface OpenBoard extends Closeable {
  readonly handle: Handle;
}

async function openBoard(config: Project["config"]): Promise<OpenBoard> {
  const [{ openBullQueue }, { createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import("@shaperail/jobs/bullmq"),
    import("@bull-board/api"),
    import("@bull-board/api/bullMQAdapter"),
    import("@bull-board/express"),
  ]);
  const { queue, close, ...disposable } = await openBullQueue({ backend: jobsBackend(config) });
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(BOARD_PATH);
  const adapter = new BullMQAdapter(queue, { displayName: config.project });
  createBullBoard({
    queues: [adapter],
    serverAdapter,
    options: { uiConfig: { boardTitle: `${config.project} jobs` } },
  });
  return { handle: serverAdapter.getRouter() as Handle, close, ...disposable };
}

function isBelow(url: string): boolean {
  return url === BOARD_PATH || url.startsWith(`${BOARD_PATH}/`) || url.startsWith(`${BOARD_PATH}?`);
}

function refuse(response: ServerResponse, error: unknown): void {
  response.statusCode = 503;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`The jobs cannot be shown: ${maskCredentials(toError(error).message)}\n`);
}
