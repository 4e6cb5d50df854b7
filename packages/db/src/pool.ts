import { AsyncResource } from "node:async_hooks";
import { closeable, type Closeable } from "@shaperail/core";
import type { Connection, ConnectionEvents } from "./connection.ts";
import type { DbError } from "./errors.ts";
import { dbError, toDbError } from "./sql-state.ts";

export interface PoolOptions {
  readonly open: (events: ConnectionEvents) => Promise<Connection>;
  /** Hard ceiling on connections. */
  readonly size: number;
  /** Statements sent ahead on one shared connection; 1 turns pipelining off. */
  readonly depth: () => number;
  readonly acquireTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly closeTimeoutMs: number;
}

export interface PoolStats {
  /** Open connections. */
  readonly total: number;
  readonly idle: number;
  readonly inUse: number;
  /** Callers waiting for a connection. */
  readonly waiting: number;
  /** Most connections there can be. */
  readonly size: number;
}

export interface Pool extends Closeable {
  /** Sends one statement on a connection that others use at the same time. `use` must send synchronously. */
  share<T>(use: (connection: Connection) => Promise<T>): Promise<T>;
  /** Lends a connection of one's own until `use` settles; one that is then lost or in a transaction is thrown away. */
  lease<T>(use: (connection: Connection) => Promise<T>): Promise<T>;
  stats(): PoolStats;
  /** When the server last answered anything, on the clock of `performance.now()`; `-Infinity` when it never did. */
  lastAnswerAt(): number;
}

/** Reads are spread over this many connections before they are sent one behind the other: fewer raise the p99, more lower the throughput. */
const SHARED_TARGET = 8;
/** Nothing is sent behind a statement the server has been at work on for this long. */
const STALLED_MS = 50;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 1_000;

interface Slot {
  readonly connection: Connection;
  /** `draining`: promised to a lease, takes nothing new. */
  state: "shared" | "draining" | "leased";
}

interface Waiter {
  readonly since: number;
  /** Called, not awaited: what it sends must count before the next waiter is looked at. */
  readonly start: (slot: Slot) => void;
  readonly reject: (error: DbError) => void;
}

/**
 * A pool in which reads share connections and everything else has one to itself.
 *
 * One set of connections serves both, so that `size` is the ceiling whatever the mix of reads, writes and transactions.
 */
export function createPool(options: PoolOptions): Pool {
  const { open, size, depth, acquireTimeoutMs, queryTimeoutMs, idleTimeoutMs, closeTimeoutMs } = options;
  const slots = new Map<Connection, Slot>();
  const readers: Waiter[] = [];
  const leasers: Waiter[] = [];
  let opening = 0;
  /** Sessions that were given up and may not have ended yet: until then they count. */
  let leaving = 0;
  let failures = 0;
  let retryAt = 0;
  let lastFailure: DbError | undefined;
  let closing = false;
  let lastAnswer = -Infinity;
  let whenQuiet: (() => void) | undefined;

  /** A connection outlives whoever it is opened for, and is not to be taken for theirs. */
  const nobody = new AsyncResource("shaperail.pool");

  const taken = (): number => slots.size + opening + leaving;

  /** Reads older than every waiting lease may still use a connection that is promised to one. */
  function sharable(mayDelayLease = false): Slot | undefined {
    const now = performance.now();
    let best: Slot | undefined;
    let least = depth();
    let seen = 0;
    for (const slot of slots.values()) {
      const { connection, state } = slot;
      if (state === "leased" || (state === "draining" && !mayDelayLease)) continue;
      if (connection.busyMs(now) > STALLED_MS) continue;
      if (connection.inFlight < least) {
        best = slot;
        least = connection.inFlight;
      }
      seen += 1;
      if (least === 0 || seen === SHARED_TARGET) break;
    }
    return best;
  }

  function idle(): Slot | undefined {
    for (const slot of slots.values()) {
      if (slot.state !== "leased" && slot.connection.inFlight === 0) return slot;
    }
    return undefined;
  }

  function serveNext(queue: Waiter[], slot: Slot | undefined): boolean {
    if (slot === undefined) return false;
    queue.shift()?.start(slot);
    return true;
  }

  const serveReader = (first: boolean): boolean => readers.length > 0 && serveNext(readers, sharable(first));
  const serveLeaser = (): boolean => leasers.length > 0 && serveNext(leasers, idle());

  /** Hands out what can be handed out, the longest waiting first, and opens what is missing. */
  function serve(): void {
    if (closing) return quiet();
    let served = true;
    while (served) {
      const readerFirst = (readers[0]?.since ?? Infinity) <= (leasers[0]?.since ?? Infinity);
      served = (readerFirst && serveReader(true)) || serveLeaser();
      if (!served) {
        setAside();
        served = serveReader(false);
      }
    }
    grow(leasers.length + missingForReaders());
  }

  /** Promises the least busy connections to waiting leases, so that a stream of reads cannot starve them. */
  function setAside(): void {
    const all = [...slots.values()];
    const promised = all.filter(({ state }) => state === "draining");
    if (leasers.length === 0) for (const slot of promised) slot.state = "shared";
    const canGrow = taken() < size && performance.now() >= retryAt;
    if (canGrow || promised.length >= leasers.length) return;
    const busy = all.filter(({ state }) => state === "shared");
    busy.sort((one, other) => one.connection.inFlight - other.connection.inFlight);
    for (const slot of busy.slice(0, leasers.length - promised.length)) slot.state = "draining";
  }

  /** Up to the target one each; beyond it one at a time, since readers then wait for statements that take long. */
  function missingForReaders(): number {
    return Math.min(readers.length, Math.max(1, SHARED_TARGET - taken()));
  }

  function grow(wanted: number): void {
    while (opening < wanted && taken() < size && !closing) {
      if (performance.now() < retryAt) return failWaiters();
      opening += 1;
      void nobody.runInAsyncScope(open, undefined, { onChange, onLost }).then(opened, refused);
    }
  }

  function opened(connection: Connection): void {
    opening -= 1;
    failures = 0;
    retryAt = 0;
    slots.set(connection, { connection, state: "shared" });
    serve();
    if (closing) void connection.end();
  }

  function refused(error: unknown): void {
    opening -= 1;
    failures += 1;
    lastFailure = toDbError(error);
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    // Half of it is left to chance, so that the replicas of a service do not come back in one step.
    retryAt = performance.now() + backoffMs * (0.5 + Math.random() / 2);
    failWaiters();
    if (closing) quiet();
  }

  /** Without a single connection there is nothing to wait for; with one there is. */
  function failWaiters(): void {
    if (slots.size > 0 || opening > 0) return;
    for (const waiter of [...readers.splice(0), ...leasers.splice(0)]) waiter.reject(freshFailure());
  }

  /** Every caller gets an error of its own, since its stack and context are its own. */
  function freshFailure(): DbError {
    const { code, message, hint, details } = lastFailure ?? dbError("DB_UNAVAILABLE");
    return dbError(code, { message, hint, details, cause: lastFailure?.cause });
  }

  function onLost(): void {
    for (const [connection] of slots) if (connection.lost) drop(connection);
    onChange();
  }

  function drop(connection: Connection): void {
    slots.delete(connection);
    lastAnswer = Math.max(lastAnswer, connection.lastAnswerAt);
  }

  /** Gives a connection up. Its place is free when the server has ended the session, so that `size` holds on the server too. */
  async function retire(connection: Connection, end: () => Promise<void>): Promise<void> {
    drop(connection);
    leaving += 1;
    await end();
    leaving -= 1;
    onChange();
  }

  function onChange(): void {
    if (readers.length > 0 || leasers.length > 0 || closing) serve();
  }

  function wait<T>(queue: Waiter[], use: (slot: Slot) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Whoever frees the connection starts this; what follows still belongs to whoever waited.
      const start = AsyncResource.bind((slot: Slot) => void use(slot).then(resolve, reject));
      queue.push({ since: performance.now(), start, reject });
      serve();
    });
  }

  async function lend<T>(slot: Slot, use: (connection: Connection) => Promise<T>): Promise<T> {
    const { connection } = slot;
    slot.state = "leased";
    try {
      return await use(connection);
    } finally {
      if (connection.isIdleSession) slot.state = "shared";
      else if (!connection.lost) void retire(connection, () => connection.abandon(leftOpen()));
      onChange();
    }
  }

  function expire(queue: Waiter[], now: number): void {
    while (queue[0] !== undefined && now - queue[0].since >= acquireTimeoutMs) {
      queue
        .shift()
        ?.reject(dbError("DB_POOL_EXHAUSTED", { details: { size, acquireTimeoutMs, waiting: queue.length } }));
    }
  }

  /** One timer for every deadline of the pool: a timer per statement would cost more than many a statement. */
  function tick(): void {
    const now = performance.now();
    expire(readers, now);
    expire(leasers, now);
    for (const [connection, { state }] of slots) {
      if (connection.inFlight > 0 && now - connection.oldestSentAt >= queryTimeoutMs) {
        void retire(connection, () => connection.abandon(unanswered(queryTimeoutMs)));
      } else if (state === "shared" && connection.inFlight === 0 && now - connection.lastAnswerAt >= idleTimeoutMs) {
        void retire(connection, connection.end);
      }
    }
    // A stalled connection becomes sharable, or a backoff ends, without any event.
    serve();
  }

  const shortest = Math.min(acquireTimeoutMs, queryTimeoutMs, idleTimeoutMs);
  const timer = setInterval(tick, Math.min(Math.max(shortest / 10, 5), 100));
  timer.unref();

  function quiet(): void {
    // Connections that are still being opened serve nobody any more: they are ended as soon as they are there, and a server
    // that does not answer must not hold up the end.
    const busy = [...slots.values()].some(({ state, connection }) => state === "leased" || connection.inFlight > 0);
    if (!busy && leaving === 0) whenQuiet?.();
  }

  async function release(): Promise<void> {
    closing = true;
    for (const waiter of [...readers.splice(0), ...leasers.splice(0)]) waiter.reject(dbError("DB_CLOSED"));
    let deadline: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      whenQuiet = resolve;
      deadline = setTimeout(resolve, closeTimeoutMs);
      quiet();
    });
    clearTimeout(deadline);
    clearInterval(timer);
    const left = [...slots.keys()];
    const end = (connection: Connection): Promise<void> =>
      connection.inFlight > 0 ? connection.abandon(dbError("DB_CLOSED")) : connection.end();
    await Promise.all(left.map(end));
  }

  return {
    share(use) {
      if (closing) return Promise.reject(dbError("DB_CLOSED"));
      const slot = readers.length === 0 ? sharable() : undefined;
      if (slot === undefined) return wait(readers, ({ connection }) => use(connection));
      if (slot.connection.inFlight > 0 && slots.size < SHARED_TARGET && opening === 0) grow(1);
      return use(slot.connection);
    },
    lease(use) {
      if (closing) return Promise.reject(dbError("DB_CLOSED"));
      const slot = leasers.length === 0 && readers.length === 0 ? idle() : undefined;
      return slot === undefined ? wait(leasers, (free) => lend(free, use)) : lend(slot, use);
    },
    stats() {
      const all = [...slots.values()];
      const inUse = all.filter(({ state, connection }) => state === "leased" || connection.inFlight > 0).length;
      return { total: all.length, idle: all.length - inUse, inUse, waiting: readers.length + leasers.length, size };
    },
    lastAnswerAt: () => Math.max(lastAnswer, ...[...slots.keys()].map((connection) => connection.lastAnswerAt)),
    ...closeable(release),
  };
}

function unanswered(queryTimeoutMs: number): DbError {
  const message = `The database did not answer within ${queryTimeoutMs} ms.`;
  return dbError("DB_TIMEOUT", { message, details: { queryTimeoutMs } });
}

function leftOpen(): DbError {
  return dbError("DB_CLOSED", { message: "The connection was given back in the middle of a transaction." });
}
