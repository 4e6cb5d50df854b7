import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Closeable, closeable } from "@shaperail/core";
import { withFreePort } from "./free-port.ts";
import { redisCall } from "./redis-call.ts";
import { prepareRedis, type RedisCommand, redisCommand } from "./redis-source.ts";
import { type ServerProcess, spawnServer } from "./server-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A Redis of one's own, for tests that stop, pause or kill it. */
export interface RedisServer extends Closeable {
  readonly url: string;
  readonly port: number;
  /** Process id (of `docker run` when Redis runs in a container); another one after `start()`. */
  readonly pid: number;
  readonly logFile: string;
  /** Stops it in its tracks: connections stay open and nothing answers. */
  pause(): void;
  /** Undoes {@link RedisServer.pause}. */
  resume(): void;
  /** `shutdown` ends it in order, `kill` is a power cut. */
  stop(mode?: "shutdown" | "kill"): Promise<void>;
  /** Starts it again after `stop()`, on the same port; what it had persisted is still there. */
  start(): Promise<void>;
}

/** What kind of server {@link startRedis} starts. */
export interface RedisOptions {
  /** Settings, as in redis.conf: `{ maxmemory: "10mb", "maxmemory-policy": "noeviction" }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Starts a Redis on a free port of 127.0.0.1, in a temporary directory, without snapshots unless `settings` say so. */
export async function startRedis({ settings = {} }: RedisOptions = {}): Promise<RedisServer> {
  const source = prepareRedis();
  const directory = await temporaryDirectory("redis");
  const logFile = join(directory.path, "redis.log");
  const withDefaults = { save: "", appendonly: "no", ...settings };

  const launch = async (port: number): Promise<Running> => {
    const command = redisCommand(source, { port, settings: withDefaults });
    const server = await spawnServer({ ...command, directory: directory.path, logFile });
    await server
      .waitUntilReady(() => answers(port))
      .catch(async (error: unknown) => {
        await server.stop("SIGKILL");
        throw error;
      });
    return { server, command };
  };

  try {
    const [port, first] = await withFreePort(async (port) => [port, await launch(port)] as const);
    return toHandle({ first, port, logFile, launch: () => launch(port), release: directory.close });
  } catch (error) {
    await directory.close();
    throw error;
  }
}

interface Running {
  readonly server: ServerProcess;
  readonly command: RedisCommand;
}

interface Parts {
  readonly first: Running;
  readonly port: number;
  readonly logFile: string;
  readonly launch: () => Promise<Running>;
  readonly release: () => Promise<void>;
}

function toHandle({ first, port, logFile, launch, release }: Parts): RedisServer {
  let running = first;
  const resume = (): void => (running.server.isRunning() ? signal(running, "SIGCONT") : undefined);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    logFile,
    get pid() {
      return running.server.pid;
    },
    pause: () => signal(running, "SIGSTOP"),
    resume,
    async stop(mode = "shutdown") {
      resume();
      if (mode === "kill") signal(running, "SIGKILL");
      await running.server.stop(mode === "kill" ? "SIGKILL" : "SIGTERM");
    },
    async start() {
      if (!running.server.isRunning()) running = await launch();
    },
    ...closeable(async () => {
      resume();
      await running.server.stop("SIGTERM");
      await release();
    }),
  };
}

/** A signal for the client of a container stops only the client, so the engine passes it on. */
function signal({ server, command }: Running, name: NodeJS.Signals): void {
  if (command.container === undefined) return server.signal(name);
  spawnSync("docker", ["kill", `--signal=${name}`, command.container], { timeout: 10_000 });
}

async function answers(port: number): Promise<boolean> {
  return redisCall(`redis://127.0.0.1:${port}`, [["PING"]]).then(
    (answer) => answer === "PONG",
    () => false,
  );
}
