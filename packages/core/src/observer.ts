/** Facts about an operation. Values are bounded in number: a route template, never a raw path. */
export type ObservationAttributes = Readonly<Record<string, string | number | boolean>>;

/** Adds what is known only once the work is done: whether a look-up was a hit, the status of an answer. */
export type Report = (attributes: ObservationAttributes) => void;

/**
 * Where a package reports the work it does, so that metrics and traces need no knowledge of it.
 *
 * The observer wraps the work: a span it opens is the parent of everything `run` does. Operations that are understood, with the attributes
 * that are read; others are recorded as they come:
 *
 * - `db.query`: `db.connection`, `db.query.summary` (name of the statement), `db.statement` (its text, placeholders only)
 * - `cache.op`: `cache.operation`; for a look-up report `cache.result`, `hit` or `miss`
 * - `job.execute`: `job.name`, `job.id`
 * - `webhook.deliver`: `server.address`; report `http.response.status_code`
 */
export interface Observer {
  /** Runs the work and reports its operation (`db.query`, `cache.op`, …), duration and outcome. Returns or throws what `run` does. */
  observe<T>(operation: string, attributes: ObservationAttributes, run: (report: Report) => Promise<T>): Promise<T>;
  /** Writes the current trace context into a carrier that travels with a job or an outgoing request. */
  inject(carrier: Record<string, string>): void;
  /** Runs the work as a continuation of the trace in the carrier. */
  extract<T>(carrier: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T>;
}

const discard = (): void => undefined;

/** Runs the work and reports nothing. */
export const noopObserver: Observer = Object.freeze({
  observe: <T>(
    _operation: string,
    _attributes: ObservationAttributes,
    run: (report: Report) => Promise<T>,
  ): Promise<T> => run(discard),
  inject: (): void => undefined,
  extract: <T>(_carrier: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> => run(),
});
