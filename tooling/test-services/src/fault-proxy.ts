import { connect, createServer, type Socket } from "node:net";
import { type Closeable, closeable } from "@shaperail/core";

/** What the proxy does with traffic. */
export type FaultMode =
  /** Forwards everything at once. */
  | { readonly kind: "pass" }
  /** Forwards every chunk, in both directions, `delayMs` late. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Leaves open connections alone and ends new ones as soon as they are accepted. */
  | { readonly kind: "drop-new" }
  /** Resets (RST) open connections now, and new ones when they arrive. */
  | { readonly kind: "reset" }
  /** Accepts and then says nothing; open connections fall silent too. Nothing is lost: `pass` delivers what waited. */
  | { readonly kind: "half-open" }
  /** Delivers `bytes` bytes from the target, counted from now, and ends the connection there. */
  | { readonly kind: "cut-after"; readonly bytes: number };

/** A TCP proxy whose faults are switched at run time. */
export interface FaultProxy extends Closeable {
  readonly port: number;
  /** The target's URL with the proxy's address in it. */
  readonly url: string;
  /** Connections open now. */
  readonly connections: number;
  /** Takes effect at once, for open connections as well. */
  setMode(mode: FaultMode): void;
}

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  received: number;
}

/** Starts a proxy on a free port of 127.0.0.1 in front of the host and port of `target`, a URL. */
export async function startFaultProxy({ target }: { readonly target: string }): Promise<FaultProxy> {
  const url = new URL(target);
  const [host, targetPort] = [url.hostname, Number(url.port)];
  const pairs = new Set<Pair>();
  let mode: FaultMode = { kind: "pass" };

  const reset = (pair: Pair): void => {
    pair.client.resetAndDestroy();
    pair.target.resetAndDestroy();
  };
  const setFlow = (pair: Pair): void => {
    for (const socket of [pair.client, pair.target]) {
      if (mode.kind === "half-open") socket.pause();
      else socket.resume();
    }
  };
  const forward = (pair: Pair, [from, to]: readonly [Socket, Socket]): void => {
    from.on("data", (chunk) => {
      if (!to.writable) return;
      if (from === pair.target) pair.received += chunk.length;
      if (mode.kind === "cut-after" && from === pair.target && pair.received >= mode.bytes) {
        const kept = chunk.subarray(0, chunk.length - (pair.received - mode.bytes));
        // An orderly end: a reset could overtake the bytes that were to be delivered.
        to.end(kept, () => pair.target.destroy());
      } else if (mode.kind === "delay") {
        setTimeout(() => to.writable && to.write(chunk), mode.delayMs);
      } else {
        to.write(chunk);
      }
    });
    from.on("end", () => (mode.kind === "delay" ? setTimeout(() => to.end(), mode.delayMs) : to.end()));
    from.on("error", () => to.resetAndDestroy()); // A broken side breaks the other: that is what a proxy is for.
    from.on("close", () => {
      pairs.delete(pair);
      if (mode.kind !== "delay") to.destroySoon();
    });
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on("error", () => {});
    if (mode.kind === "drop-new") return void client.destroy();
    if (mode.kind === "reset") return void client.resetAndDestroy();
    const pair: Pair = { client, target: connect({ host, port: targetPort, allowHalfOpen: true }), received: 0 };
    pairs.add(pair);
    forward(pair, [pair.client, pair.target]);
    forward(pair, [pair.target, pair.client]);
    setFlow(pair);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The fault proxy has no port.");
  url.host = `127.0.0.1:${address.port}`;

  return {
    port: address.port,
    url: url.href,
    get connections() {
      return pairs.size;
    },
    setMode(next) {
      mode = next;
      for (const pair of pairs) {
        pair.received = 0;
        if (mode.kind === "reset") reset(pair);
        else setFlow(pair);
      }
    },
    ...closeable(async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const pair of pairs) reset(pair);
      await closed;
    }),
  };
}
