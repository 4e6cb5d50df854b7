import { once } from "node:events";
import { chown, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { type Closeable, closeable } from "@shaperail/core";
import { withFreePort } from "./free-port.ts";
import { preparePgBouncer } from "./pgbouncer-source.ts";
import { postgresUser } from "./postgres-binaries.ts";
import { type ServerProcess, spawnServer } from "./server-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A PgBouncer of one's own, in transaction mode. */
export interface PgBouncerServer extends Closeable {
  /** The target's URL with the pooler's address in it. */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
}

export interface PgBouncerOptions {
  /** Connection string of the PostgreSQL behind it. */
  readonly target: string;
  /** Settings, as in pgbouncer.ini: `{ default_pool_size: 2 }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Starts a PgBouncer in transaction mode on a free port of 127.0.0.1; it lets in the target's user without a password. */
export async function startPgBouncer({ target, settings = {} }: PgBouncerOptions): Promise<PgBouncerServer> {
  const command = preparePgBouncer();
  const { hostname, port: targetPort, username } = new URL(target);
  // Like PostgreSQL, it refuses to run as root.
  const runAs = postgresUser();
  const directory = await temporaryDirectory("pgbouncer", runAs);
  const path = (name: string): string => join(directory.path, name);
  const logFile = path("pgbouncer.log");

  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(path(name), text);
    if (runAs.uid !== undefined && runAs.gid !== undefined) await chown(path(name), runAs.uid, runAs.gid);
  };
  const launch = async (port: number): Promise<ServerProcess> => {
    const all = {
      listen_addr: "127.0.0.1",
      listen_port: port,
      unix_socket_dir: "",
      auth_type: "trust",
      auth_file: path("users.txt"),
      pool_mode: "transaction",
      max_client_conn: 500,
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    const databases = `[databases]\n* = host=${hostname} port=${targetPort}\n`;
    await write("pgbouncer.ini", `${databases}[pgbouncer]\n${lines.join("\n")}\n`);
    const args = [path("pgbouncer.ini")];
    const server = await spawnServer({ command, args, directory: directory.path, logFile, runAs });
    await server
      .waitUntilReady(() => accepts(port))
      .catch(async (error: unknown) => {
        await server.stop("SIGKILL");
        throw error;
      });
    return server;
  };

  try {
    await write("users.txt", `"${decodeURIComponent(username)}" ""\n`);
    const [port, server] = await withFreePort(async (port) => [port, await launch(port)] as const);
    const url = new URL(target);
    url.port = String(port);
    return {
      url: url.href,
      port,
      logFile,
      // SIGINT would wait for the clients.
      ...closeable(async () => {
        await server.stop("SIGTERM");
        await directory.close();
      }),
    };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
