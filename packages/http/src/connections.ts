import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "./exchange.ts";

/** A request that was handed to its handler and whose response is not finished. */
export interface Pending {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
  exchange: Exchange | undefined;
  /** When it was first seen that the response was complete but not yet gone. */
  stuckSince: number | undefined;
}

/** An open socket and what is being answered on it, oldest first. More than one request only when pipelined. */
export interface Connection {
  readonly socket: Socket;
  readonly pending: Pending[];
  /** How many requests came in on it. */
  requests: number;
  /** What the socket had received when nothing was pending last; as long as it is no more, the connection is idle. */
  quietAtBytes: number;
  /** True once a response on it says `Connection: close`: nothing after that response is answered. */
  closing: boolean;
}

/** Every open connection of a server. */
export interface Connections {
  /** The connection of this socket; a new one when it is not known yet. */
  of(socket: Socket): Connection;
  all(): IterableIterator<Connection>;
}

/** Keeps track of sockets until they close. */
export function createConnections(): Connections {
  const bySocket = new Map<Socket, Connection>();
  return {
    of(socket) {
      const known = bySocket.get(socket);
      if (known !== undefined) return known;
      const connection: Connection = { socket, pending: [], requests: 0, quietAtBytes: 0, closing: false };
      bySocket.set(socket, connection);
      socket.once("close", () => bySocket.delete(socket));
      return connection;
    },
    all: () => bySocket.values(),
  };
}

/** Makes what is being answered on this connection the last: its response says `Connection: close`. */
export function closeAfterPending(connection: Connection): void {
  const last = connection.pending.at(-1);
  if (last === undefined || last.response.headersSent) return;
  last.response.shouldKeepAlive = false;
  connection.closing = true;
}

/** True when the client has said nothing that is not answered yet: not a byte, be it of half a header. */
export function isIdle({ socket, pending, quietAtBytes }: Connection): boolean {
  return pending.length === 0 && socket.bytesRead === quietAtBytes;
}

/** What a request is called in the log: its route template, or its method alone when it has none. */
export function nameOf({ request, exchange }: Pending): string {
  return exchange === undefined ? `${request.method}` : `${request.method} ${exchange.route.path}`;
}
