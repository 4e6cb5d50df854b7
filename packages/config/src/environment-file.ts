import { parseEnv } from "node:util";
import type { SourceSpan } from "@shaperail/source";
import type { Environment } from "./parse-config.ts";
import type { Problem } from "./rules.ts";

/** Name of the file that stands in for the environment in development. */
export const ENVIRONMENT_FILE = ".env";

export interface EnvironmentWithFile {
  readonly env: Environment;
  readonly problems: readonly Problem[];
}

/** The environment joined with the text of a `.env` file. What is really set wins. */
export function joinEnvironment(env: Environment, text: string): EnvironmentWithFile {
  const fromFile = parseEnv(normalise(text));
  const joined: Record<string, string | undefined> = { ...fromFile };
  for (const [name, value] of Object.entries(env)) if (value !== undefined) joined[name] = value;
  // NODE_ENV decides whether the file is read, so the file cannot decide about NODE_ENV.
  const mode = env["NODE_ENV"] ?? "development";
  const claimed = fromFile["NODE_ENV"];
  joined["NODE_ENV"] = env["NODE_ENV"];
  const problem: Problem = {
    code: "CONFIG_ENV_FILE",
    message: `\`${ENVIRONMENT_FILE}\` says that NODE_ENV is \`${claimed}\`, but it is \`${mode}\`.`,
    span: spanOf(text, "NODE_ENV"),
  };
  return { env: joined, problems: claimed === undefined || claimed === mode ? [] : [problem] };
}

// Node's parser takes the following line for the value when spaces follow the `=`, and a byte order mark for part of the name.
function normalise(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=)[ \t]+$/gm, "$1");
}

function spanOf(text: string, name: string): SourceSpan | undefined {
  const offset = text.search(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=`, "m"));
  if (offset < 0) return undefined;
  const line = text.slice(0, offset).split("\n").length;
  const length = text.slice(offset).search(/[\r\n]|$/);
  return {
    file: ENVIRONMENT_FILE,
    start: { line, column: 1, offset },
    end: { line, column: 1 + length, offset: offset + length },
  };
}
