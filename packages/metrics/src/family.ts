/** A request whose trace can be looked up, attached to the bucket it fell into. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Seconds since 1 January 1970 UTC. */
  readonly at: number;
}

/** One line of the page. */
export interface Sample {
  /** What follows the name of the family: `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: string;
  /** `method="GET",path="/v1/posts"`, escaped; "" when there are none. */
  readonly labels: string;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

/** Everything under one name. */
export interface Family {
  /** As in the text format: a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  /**
   * How the values of several processes become that of all: added up, or, where each of them says the same about something they share,
   * the largest.
   * @default "sum"
   */
  readonly merge?: "sum" | "max";
  samples(): readonly Sample[];
}

/** Labels as they stand between the braces. */
export function labelsText(labels: Readonly<Record<string, string | number>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeValue(String(value))}"`)
    .join(",");
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escapeValue(value: string): string {
  return value.replaceAll(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
