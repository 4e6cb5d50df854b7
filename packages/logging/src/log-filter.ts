import { LOG_LEVELS, type LogThreshold } from "./level.ts";

/** Which targets may say how much. */
export interface LogFilter {
  /** The threshold of a target: that of the most specific directive that names it or one of its parents. */
  thresholdOf(target: string): LogThreshold;
  /** Directives that could not be understood. When there are any, the filter is `info` for everything. */
  readonly invalid: readonly string[];
}

interface Directive {
  /** `""` stands for every target. */
  readonly target: string;
  readonly threshold: LogThreshold;
}

const TARGET = /^[A-Za-z_][\w.-]*(?:::[A-Za-z_][\w.-]*)*$/;
const THRESHOLDS: readonly LogThreshold[] = ["off", ...LOG_LEVELS];

/**
 * Reads a filter as `RUST_LOG` has it: a comma list of `level`, `target=level` and `target` (which means all its levels).
 *
 * `info,shaperail_runtime::db=debug` is `debug` for `shaperail_runtime::db` and what is below it, `info` for the rest.
 * Without a bare level, targets that are not named are silent. Empty text is `info`.
 */
export function parseLogFilter(text: string): LogFilter {
  const parts = text.split(",").map((part) => part.trim());
  const given = parts.filter((part) => part !== "");
  const directives = given.map(parseDirective);
  const invalid = given.filter((_part, index) => directives[index] === undefined);
  const valid = directives.filter((directive) => directive !== undefined);
  if (given.length === 0 || invalid.length > 0) return { thresholdOf: () => "info", invalid };
  // Longest first, so that the first match is the most specific; of two for the same target the later one counts.
  const ordered = valid.toReversed().toSorted((a, b) => b.target.length - a.target.length);
  const thresholdOf = (target: string): LogThreshold =>
    ordered.find((directive) => covers(directive.target, target))?.threshold ?? "off";
  return { thresholdOf, invalid };
}

function parseDirective(text: string): Directive | undefined {
  const [name = "", level, ...rest] = text.split("=").map((part) => part.trim());
  if (rest.length > 0) return undefined;
  const bare = toThreshold(name);
  if (level === undefined && bare !== undefined) return { target: "", threshold: bare };
  const threshold = level === undefined ? "trace" : toThreshold(level);
  return threshold !== undefined && TARGET.test(name) ? { target: name, threshold } : undefined;
}

function toThreshold(text: string): LogThreshold | undefined {
  const lower = text.toLowerCase();
  return THRESHOLDS.find((threshold) => threshold === lower);
}

function covers(directive: string, target: string): boolean {
  return directive === "" || target === directive || target.startsWith(`${directive}::`);
}
