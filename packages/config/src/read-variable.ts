import { didYouMean, retypeScalar, type SourceEntry } from "@shaperail/source";
import { type Outcome, type Reading, UNFIT } from "./read-value.ts";
import type { Setting } from "./setting.ts";

/** What the variable of a setting says; undefined when it says nothing. */
export function readVariable(
  setting: Setting<unknown>,
  entry: SourceEntry | undefined,
  reading: Reading,
): Outcome | undefined {
  const { env, shape, sensitive } = setting;
  const text = env === undefined ? undefined : reading.variables.fromEnvironment(env);
  const isText = shape.types.every((type) => type === "string");
  // As OpenTelemetry has it, an empty variable is an unset one; where a number is wanted it is a mistake.
  if (env === undefined || text === undefined || (isText && text.trim() === "")) return undefined;
  const value = isText ? text : retypeScalar(text);
  if (shape.accepts(value)) return { fits: true, value };
  const found = sensitive ? "" : `, found \`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
  reading.report({
    code: "CONFIG_INVALID_VARIABLE",
    message: `environment variable '${env}' must be ${shape.expects}${found}.${didYouMean(text, shape.words ?? [])}`,
    span: usesVariable(env, entry, reading) ? entry?.value.span : undefined,
    fix: `Correct ${env}, or remove it.`,
    variables: [env],
  });
  return UNFIT;
}

/** True when the value in the file is made from the variable. */
export function usesVariable(env: string | undefined, entry: SourceEntry | undefined, { origins }: Reading): boolean {
  const used = entry === undefined ? undefined : origins.get(entry.value)?.used;
  return env !== undefined && used !== undefined && used.includes(env);
}
