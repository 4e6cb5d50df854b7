import type { Workload } from "../workload.ts";

/** What a measurement is made with. */
export interface LoadTarget {
  readonly url: string;
  readonly workload: Workload;
  readonly seconds: number;
  readonly connections: number;
  /** What `{id}` stands for. */
  readonly ids: readonly string[];
  /** Starts every `{unique}` of this measurement. */
  readonly unique: string;
}

/** What a measurement found. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A program that repeats a request on a number of connections; throws when any answer has another status. */
export interface LoadGenerator {
  readonly name: string;
  measure(target: LoadTarget): Promise<LoadResult>;
}
