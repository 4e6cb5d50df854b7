import { once } from "node:events";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionTarget } from "./connection-url.ts";
import { DbError } from "./errors.ts";
import { dbError } from "./sql-state.ts";
import { tlsError } from "./tls-error.ts";

/** `if-offered` goes on without encryption when the server has no TLS; `always` gives up then. */
export type Encryption = "never" | "if-offered" | "always";

/** A socket on which nothing but the choice of encryption has been said. */
export interface ServerSocket {
  readonly socket: Socket;
  readonly isEncrypted: boolean;
}

export interface ServerSocketOptions {
  readonly encryption: Encryption;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

type Address = Pick<ConnectionTarget, "host" | "port">;

/** Codes in the place of a protocol version: the message asks for something else than a session. */
const SSL_REQUEST = 80_877_103;
const GSS_ENCRYPTION_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

/**
 * Connects and, where wanted, encrypts. The choice is made here and not in the driver, because the driver knows neither
 * `prefer` nor what is wrong with a certificate.
 *
 * @throws `DbError` with `DB_UNAVAILABLE` or one of the codes about TLS and certificates
 */
export async function openServerSocket(
  target: ConnectionTarget,
  { encryption, signal }: ServerSocketOptions,
): Promise<ServerSocket> {
  const socket = await connect(target, signal);
  // libpq ignores sslmode on a Unix socket, and so does the server.
  if (encryption === "never" || isUnixSocket(target)) return { socket, isEncrypted: false };
  return destroyOnFailure(socket, async () => {
    socket.write(request(SSL_REQUEST));
    const answer = await firstBytes(socket, signal);
    if (answer === "S") return { socket: await encrypt(socket, { target, signal }), isEncrypted: true };
    if (answer === "N" && encryption === "if-offered") return { socket, isEncrypted: false };
    // More than one byte was sent before the encryption: somebody in between wants to be taken for the server.
    if (answer.length > 1 && "SN".includes(answer.charAt(0))) throw dbError("DB_TLS_FAILED");
    throw dbError("DB_TLS_UNAVAILABLE");
  });
}

/** Proves that the server answers without taking one of its connections: it is asked for something it may decline. */
export async function probeServer(address: Address, signal: AbortSignal): Promise<void> {
  const socket = await connect(address, signal);
  await destroyOnFailure(socket, async () => {
    socket.write(request(GSS_ENCRYPTION_REQUEST));
    await firstBytes(socket, signal);
  });
  socket.destroy();
}

/** Names a session to the server, so that it may be told to stop what it does there. */
export interface SessionKey {
  readonly processId: number;
  readonly secret: number;
}

/** Longest that a cancellation nobody waits for any more is left to itself. PgBouncer gives up after 10 s. */
const LINGER_MS = 30_000;

/**
 * Asks the server to cancel what the session runs; resolves when the server has passed it on, or with the signal.
 *
 * The server is left to close the socket, however long that takes: PgBouncer 1.18 ends with a fatal error when the one who
 * cancels goes first.
 */
export async function cancelSession(
  target: ConnectionTarget,
  { key, ...options }: ServerSocketOptions & { readonly key: SessionKey },
): Promise<void> {
  const { socket } = await openServerSocket(target, options);
  const message = Buffer.alloc(16);
  for (const [at, word] of [16, CANCEL_REQUEST, key.processId, key.secret].entries())
    message.writeInt32BE(word, at * 4);
  const end = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  const closed = once(socket, "close", { signal: options.signal }).catch(ignore);
  socket.once("close", () => clearTimeout(end));
  socket.resume().write(message);
  await closed;
  socket.unref();
}

function isUnixSocket({ host }: Address): boolean {
  return host.startsWith("/");
}

function request(code: number): Buffer {
  const message = Buffer.alloc(8);
  message.writeInt32BE(8, 0);
  message.writeInt32BE(code, 4);
  return message;
}

async function connect({ host, port }: Address, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp(isUnixSocket({ host, port }) ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  socket.setNoDelay(true);
  return destroyOnFailure(socket, async () => {
    await next(socket, { event: "connect", signal });
    return socket;
  });
}

async function encrypt(
  socket: Socket,
  { target: { host, tls }, signal }: { readonly target: ConnectionTarget; readonly signal: AbortSignal },
): Promise<Socket> {
  try {
    // A name may not be an IP address (RFC 6066); the certificate is compared with `host` then.
    const encrypted = connectTls({ ...tls.options, socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
    await next(encrypted, { event: "secureConnect", signal });
    return encrypted;
  } catch (error) {
    if (signal.aborted) throw error;
    throw tlsError(error, host);
  }
}

/** What the server says first. It is read as text: these answers are one ASCII letter. */
async function firstBytes(socket: Socket, signal: AbortSignal): Promise<string> {
  const [chunk] = await next(socket, { event: "data", signal });
  return Buffer.isBuffer(chunk) ? chunk.toString("latin1") : "";
}

/** Waits for the event, the end of the socket, or the signal, whichever is first; the latter two are errors. */
async function next(
  socket: Socket,
  { event, signal }: { readonly event: string; readonly signal: AbortSignal },
): Promise<unknown[]> {
  const over = new AbortController();
  const options = { signal: AbortSignal.any([signal, over.signal]) };
  const closed = once(socket, "close", options).then(() => {
    throw Object.assign(new Error("The server closed the connection."), { code: "ECONNRESET" });
  });
  closed.catch(ignore);
  try {
    return await Promise.race([once(socket, event, options), closed]);
  } finally {
    over.abort();
  }
}

async function destroyOnFailure<T>(socket: Socket, work: () => Promise<T>): Promise<T> {
  // A socket may still fail after the one who waited for it has turned away, and that must not end the process.
  socket.on("error", ignore);
  try {
    return await work();
  } catch (error) {
    socket.destroy();
    throw error instanceof DbError ? error : dbError("DB_UNAVAILABLE", { cause: error });
  }
}

function ignore(): void {}
