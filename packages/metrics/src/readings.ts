import { withDeadline } from "@shaperail/core";
import { type Family, labelsText, type Sample } from "./family.ts";

/** One value of a {@link Reading}. */
export interface ReadingValue {
  readonly value: number;
  /** Few and known beforehand: the name of a queue, never an id. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Something that is asked for each time the page is read. */
export interface Reading {
  /** `shaperail_<package>_<noun>_<unit>`; a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  /** @default "gauge" */
  readonly type?: "gauge" | "counter";
  /**
   * How the values of several processes become one: the largest, for what all of them read at the same place, or the sum.
   * @default "max" for a gauge, "sum" for a counter
   */
  readonly merge?: "sum" | "max";
  /** Longest wait for `read`, in milliseconds; then the page comes without it. @default 500 */
  readonly timeoutMs?: number;
  /** The signal is aborted at the deadline. */
  read(signal: AbortSignal): number | readonly ReadingValue[] | Promise<number | readonly ReadingValue[]>;
}

export interface Readings {
  /** @throws TypeError when the name is not valid, or is there already. */
  add(reading: Reading): void;
  /** Asks all at once. What fails or takes too long is left out and told to `onFailure`. */
  collect(): Promise<readonly Family[]>;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/** `standIns` are shown as 0 until a reading of that name is added. */
export function createReadings(
  standIns: readonly Pick<Reading, "name" | "help">[],
  onFailure: (name: string, error: unknown) => void,
): Readings {
  const readings = new Map<string, Reading>();

  const sampled = async ({ name, help, type = "gauge", merge, timeoutMs = 500, read }: Reading): Promise<Family[]> => {
    try {
      const answer = await withDeadline(async (signal) => read(signal), { timeoutMs, what: `The metric ${name}` });
      const values = typeof answer === "number" ? [{ value: answer }] : answer;
      const samples = values.map(toSample);
      return [{ name, help, type, merge: merge ?? (type === "gauge" ? "max" : "sum"), samples: () => samples }];
    } catch (error) {
      // A value from before would say that all is as it was.
      onFailure(name, error);
      return [];
    }
  };

  return {
    add(reading) {
      if (!NAME.test(reading.name)) throw new TypeError(`${reading.name} is not a name for a metric.`);
      if (readings.has(reading.name)) throw new TypeError(`The metric ${reading.name} is there already.`);
      readings.set(reading.name, reading);
    },
    async collect() {
      const missing = standIns.filter(({ name }) => !readings.has(name));
      const families = await Promise.all([...readings.values()].map(sampled));
      return [...missing.map(zero), ...families.flat()];
    },
  };
}

function toSample({ value, labels = {} }: ReadingValue): Sample {
  return { suffix: "", labels: labelsText(labels), value };
}

function zero({ name, help }: Pick<Reading, "name" | "help">): Family {
  return { name, help, type: "gauge", merge: "max", samples: () => [{ suffix: "", labels: "", value: 0 }] };
}
