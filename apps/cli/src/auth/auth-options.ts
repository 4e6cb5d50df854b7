import { parseDuration } from "@shaperail/config";
import type { Invocation } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";

/** The value of an option that must be given. */
export function requiredText(invocation: Invocation, name: string): string {
  const text = optionalText(invocation, name);
  if (text !== undefined) return text;
  throw usage(`--${name} is missing.`, `Add --${name} with a value.`);
}

/** The value of an option, which is not empty when it is given. */
export function optionalText(invocation: Invocation, name: string): string | undefined {
  const text = invocation.value(name);
  if (text === undefined || (text.trim() !== "" && text.length <= MAX_LENGTH && !/\p{Cc}/u.test(text))) return text;
  throw usage(`--${name} is no usable text.`, `Give it 1 to ${MAX_LENGTH} printable characters.`);
}

/** The seconds of `--expires`. */
export function expirySeconds(invocation: Invocation): number | undefined {
  const text = invocation.value("expires");
  const seconds = parseDuration(text ?? "");
  if (text === undefined || seconds !== undefined) return seconds;
  throw usage(`--expires ${text} is no duration.`, "Write digits and one unit: 90s, 15m, 24h, 30d.");
}

const MAX_LENGTH = 200;

function usage(message: string, hint: string): CliError {
  return new CliError(message, { code: "CLI_USAGE", hint, exitCode: EXIT_CODES.usage });
}
