import type { JsonSchema } from "@shaperail/source";
import { DURATION, FINE_DURATION, millisecondsOf, parseDuration } from "./duration.ts";
import { VARIABLE_NAME } from "./interpolate.ts";
import type { ConfigRuleCode } from "./rules.ts";
import { parseSize, SIZE } from "./size.ts";

/** What a value may look like: in words, in code, and as JSON Schema. */
export interface Format<T> {
  /** What stands in "must be …". */
  readonly expects: string;
  /** What `typeof` says about values that may fit; any other value has the wrong type. */
  readonly types: readonly ("string" | "number" | "boolean" | "object")[];
  accepts(value: unknown): value is T;
  readonly schema: JsonSchema;
  /** Code of a value that has the right type and does not fit. @default "CONFIG_INVALID_VALUE" */
  readonly code?: ConfigRuleCode;
  /** Candidates for did-you-mean. */
  readonly words?: readonly string[];
  /** Words that mean something this version does not do, and why. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** The format of each item, when the value is a list. */
  readonly item?: Format<unknown>;
}

interface TextOptions {
  readonly expects?: string;
  readonly pattern?: RegExp;
}

/** Text with at least one character that is not a space. */
export function text({ expects = "text", pattern = /\S/ }: TextOptions = {}): Format<string> {
  return {
    expects,
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && value.trim() !== "" && pattern.test(value),
    schema: { type: "string", pattern: pattern.source },
  };
}

export function integer(min: number, max: number): Format<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    types: ["number"],
    accepts: (value): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= min && value <= max,
    schema: { type: "integer", minimum: min, maximum: max },
  };
}

/** A share of the whole: nothing is 0, everything is 1. */
export function share(): Format<number> {
  return {
    expects: "a number from 0 to 1",
    types: ["number"],
    accepts: (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
    schema: { type: "number", minimum: 0, maximum: 1 },
  };
}

export function boolean(): Format<boolean> {
  return {
    expects: "true or false",
    types: ["boolean"],
    accepts: (value): value is boolean => typeof value === "boolean",
    schema: { type: "boolean" },
  };
}

/** One of the words served; `unsupported` words are refused with their own reason. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  unsupported: Readonly<Record<string, string>> = {},
): Format<Word> {
  return {
    expects: words.length === 1 ? `\`${words[0]}\`` : `one of ${words.map((word) => `\`${word}\``).join(", ")}`,
    types: ["string"],
    accepts: (value): value is Word => words.some((word) => word === value),
    schema: { enum: words },
    words,
    unsupported,
  };
}

/** A duration such as `90s`, `60m`, `24h` or `30d`. */
export function duration(): Format<string> {
  return {
    expects: "a duration such as `60m`, `24h` or `30d`",
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && parseDuration(value) !== undefined,
    schema: { type: "string", pattern: DURATION.source },
  };
}

/** A duration within bounds, in milliseconds when need be; it may be no time at all. */
export function durationBetween(min: string, max: string): Format<string> {
  return between({ what: "duration", min, max, pattern: FINE_DURATION, measure: millisecondsOf });
}

// What `Date` reads without guessing: with seconds and a time zone.
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment, such as `2027-01-31T12:00:00Z`. */
export function timestamp(): Format<string> {
  return {
    expects: "a moment such as `2027-01-31T12:00:00Z`",
    types: ["string"],
    accepts: (value): value is string =>
      typeof value === "string" && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value)),
    schema: { type: "string", pattern: TIMESTAMP.source },
  };
}

/** A time zone that this machine knows, such as `Europe/Berlin`. */
export function timeZone(): Format<string> {
  return {
    expects: "a time zone such as `UTC` or `Europe/Berlin`",
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && isTimeZone(value),
    schema: { type: "string" },
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A size within bounds, such as `64kb` or `1mb`. */
export function size(min: string, max: string): Format<string> {
  return between({ what: "size", min, max, pattern: SIZE, measure: parseSize });
}

interface Bounds {
  readonly what: string;
  readonly min: string;
  readonly max: string;
  readonly pattern: RegExp;
  readonly measure: (text: string) => number | undefined;
}

function between({ what, min, max, pattern, measure }: Bounds): Format<string> {
  const [lowest = 0, highest = 0] = [measure(min), measure(max)];
  return {
    expects: `a ${what} from \`${min}\` to \`${max}\``,
    types: ["string"],
    accepts: (value): value is string => {
      const measured = typeof value === "string" ? measure(value) : undefined;
      return measured !== undefined && measured >= lowest && measured <= highest;
    },
    schema: { type: "string", pattern: pattern.source },
  };
}

// Any scheme: applications in a shell have their own, such as `capacitor://localhost`.
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9._~:[\]-]+$/;

/** An origin in the one spelling a browser sends (lower case, no path, no default port), or `*`. */
export function origin(): Format<string> {
  const isOrigin = (value: string): boolean => {
    const scheme = ORIGIN.exec(value)?.[1];
    const isWeb = scheme === "http" || scheme === "https";
    return scheme !== undefined && (!isWeb || URL.parse(value)?.origin === value);
  };
  return {
    expects: "an origin such as `https://app.example.org` (lower case, no path, no default port) or `*`",
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && (value === "*" || isOrigin(value)),
    schema: { type: "string", pattern: `^\\*$|${ORIGIN.source}` },
  };
}

interface UrlOptions {
  /** libpq takes an empty host from the parameters, or uses its own default. @default false */
  readonly mayLackHost?: boolean;
}

/** A URL with one of the schemes. */
export function url(schemes: readonly string[], { mayLackHost = false }: UrlOptions = {}): Format<string> {
  const starts = schemes.map((scheme) => `\`${scheme}://\``).join(" or ");
  const scheme = new RegExp(`^(?:${schemes.join("|")})://`);
  const isUrl = (value: string): boolean => {
    // `URL` refuses credentials without a host.
    const parsed = URL.parse(mayLackHost ? value.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, "$1localhost") : value);
    return parsed !== null && (mayLackHost || parsed.hostname !== "");
  };
  return {
    expects: `a URL that starts with ${starts}`,
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && scheme.test(value) && isUrl(value),
    schema: { type: "string", pattern: scheme.source },
    code: "CONFIG_INVALID_URL",
  };
}

// What follows a `+` is a list of hosts, which is no URL to `URL`; whoever connects takes it apart.
const REDIS = /^rediss?(?:\+(?:sentinel|cluster))?:\/\//;

/** Where a Redis is: one server, the Sentinels of one, or nodes of a cluster. */
export function redisUrl(): Format<string> {
  const single = url(["redis", "rediss"]);
  const hosts = /^rediss?\+(?:sentinel|cluster):\/\/(?:[^/?#]*@)?[^/?#@,\s][^/?#@\s]*(?:\/\S*)?$/;
  return {
    ...single,
    expects: `${single.expects}, or with several hosts with \`redis+sentinel://\` or \`redis+cluster://\``,
    accepts: (value): value is string => single.accepts(value) || (typeof value === "string" && hosts.test(value)),
    schema: { type: "string", pattern: REDIS.source },
  };
}

/** The name of an environment variable, for keys that must not hold the secret itself. */
export function variableName(): Format<string> {
  return text({ expects: "the name of an environment variable, never the secret itself", pattern: VARIABLE_NAME });
}

/** `auto`, or how many. */
export function workers(): Format<"auto" | number> {
  const count = integer(1, 1_024);
  return {
    expects: `\`auto\` or ${count.expects}`,
    types: ["string", "number"],
    accepts: (value): value is "auto" | number => value === "auto" || count.accepts(value),
    schema: { anyOf: [{ const: "auto" }, count.schema] },
    words: ["auto"],
  };
}

/** `auto`, or a decision. */
export function autoOrBoolean(): Format<"auto" | boolean> {
  return {
    expects: "`auto`, true or false",
    types: ["string", "boolean"],
    accepts: (value): value is "auto" | boolean => value === "auto" || typeof value === "boolean",
    schema: { anyOf: [{ const: "auto" }, { type: "boolean" }] },
    words: ["auto"],
  };
}

interface ListOptions {
  /** @default 0 */
  readonly minItems?: number;
}

export function listOf<T>(item: Format<T>, { minItems = 0 }: ListOptions = {}): Format<readonly T[]> {
  return {
    expects: `a list${minItems > 0 ? ` of at least ${minItems}` : ""}, each item ${item.expects}`,
    types: ["object"],
    accepts: (value): value is readonly T[] =>
      Array.isArray(value) && value.length >= minItems && value.every((entry) => item.accepts(entry)),
    schema: { type: "array", items: item.schema, ...(minItems > 0 ? { minItems } : {}) },
    item,
  };
}
