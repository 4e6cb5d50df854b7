import { parseArgs } from "node:util";

export interface Options {
  /** How often every server is measured with every workload. */
  readonly rounds: number;
  /** Length of one measurement, in seconds. */
  readonly seconds: number;
  /** Rows of the posts table. */
  readonly rows: number;
  /** Starts of each server that are timed; 0 leaves start-up and memory out. */
  readonly starts: number;
  /** Names of workloads; empty: all. */
  readonly only: readonly string[];
  /** Names of servers; empty: all. The baseline always runs. */
  readonly servers: readonly string[];
  /** Where the results go as JSON. */
  readonly json: string | undefined;
  /** Serve the example from its TypeScript sources instead of building first. */
  readonly source: boolean;
  /** Least ratio against the baseline by workload, as `list=1.0,get=0.9`; a lower one fails the run. */
  readonly floors: ReadonlyMap<string, number>;
  /** Directory for a CPU profile of each server. */
  readonly cpuProfile: string | undefined;
}

const USAGE = `npm run bench -- [--rounds 5] [--seconds 5] [--rows 100000] [--starts 10] [--only get,list] [--servers shaperail]
                 [--floor list=1.0,get=0.9] [--json file] [--source] [--cpu-prof directory] [--quick]

--quick is --rounds 2 --seconds 2 --rows 5000 --starts 2: it proves that everything runs, not how fast.`;

/** @throws TypeError for what is not an option or not a number. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      rows: { type: "string" },
      starts: { type: "string" },
      only: { type: "string", default: "" },
      servers: { type: "string", default: "" },
      floor: { type: "string", default: "" },
      json: { type: "string" },
      source: { type: "boolean", default: false },
      "cpu-prof": { type: "string" },
      quick: { type: "boolean", default: false },
    },
  });
  const { quick } = values;
  return {
    rounds: toNumber(values.rounds, quick ? 2 : 5),
    seconds: toNumber(values.seconds, quick ? 2 : 5),
    rows: toNumber(values.rows, quick ? 5_000 : 100_000),
    starts: toNumber(values.starts, quick ? 2 : 10),
    only: toList(values.only),
    servers: toList(values.servers),
    json: values.json,
    source: values.source,
    floors: new Map(toList(values.floor).map(toFloor)),
    cpuProfile: values["cpu-prof"],
  };
}

function toList(text: string): string[] {
  return text.split(",").filter((part) => part !== "");
}

function toNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`${text} is not a number.\n${USAGE}`);
  return value;
}

function toFloor(part: string): [string, number] {
  const [name = "", ratio = ""] = part.split("=");
  if (name === "" || ratio === "") throw new TypeError(`${part} is not workload=ratio.\n${USAGE}`);
  return [name, toNumber(ratio, 0)];
}
