import type { Diagnostic, SourceSpan } from "@shaperail/source";

/** Stable identifier of one kind of mistake in the configuration. */
export type ConfigRuleCode =
  | "CONFIG_SYNTAX"
  | "CONFIG_UNKNOWN_KEY"
  | "CONFIG_MISSING_KEY"
  | "CONFIG_WRONG_TYPE"
  | "CONFIG_INVALID_VALUE"
  | "CONFIG_INVALID_URL"
  | "CONFIG_UNSUPPORTED"
  | "CONFIG_BAD_PLACEHOLDER"
  | "CONFIG_MISSING_VARIABLE"
  | "CONFIG_INVALID_VARIABLE"
  | "CONFIG_WEAK_SECRET"
  | "CONFIG_ENV_FILE";

/** What is known about one kind of mistake, wherever it happens. */
export interface ConfigRule {
  /** What is wrong, as a heading. */
  readonly title: string;
  /** What to do, unless the place of the mistake allows to say it better. */
  readonly fix: string;
  /** YAML, or a line for the environment, that is accepted. */
  readonly example: string;
  readonly severity: "error" | "warning";
}

/** Every diagnostic of this package is made through this table, so none can exist without a fix and an example. */
export const CONFIG_RULES: Readonly<Record<ConfigRuleCode, ConfigRule>> = Object.freeze({
  CONFIG_SYNTAX: {
    title: "The file is not the YAML that is read here",
    fix: "Correct the YAML syntax.",
    example: "project: my-app",
    severity: "error",
  },
  CONFIG_UNKNOWN_KEY: {
    title: "A key is not known",
    fix: "Correct the key, or remove it.",
    example: "project: my-app\nport: 3000",
    severity: "error",
  },
  CONFIG_MISSING_KEY: {
    title: "A required key is missing",
    fix: "Add the key.",
    example: "project: my-app",
    severity: "error",
  },
  CONFIG_WRONG_TYPE: {
    title: "A value has the wrong type",
    fix: "Write a value of the expected type.",
    example: "port: 3000",
    severity: "error",
  },
  CONFIG_INVALID_VALUE: {
    title: "A value is of the right type but not one that is accepted",
    fix: "Write one of the accepted values.",
    example: "logging:\n  level: info",
    severity: "error",
  },
  CONFIG_INVALID_URL: {
    title: "A URL is malformed or has the wrong scheme",
    fix: "Percent-encode special characters of the password, and check the scheme.",
    example: "url: postgresql://user:password@host:5432/name",
    severity: "error",
  },
  CONFIG_UNSUPPORTED: {
    title: "A value is known but not served by this version",
    fix: "Choose a value that is served.",
    example: "engine: postgres",
    severity: "error",
  },
  CONFIG_BAD_PLACEHOLDER: {
    title: "An environment placeholder is malformed",
    fix: "Write `${VAR}` or `${VAR:default}`, and `$${` for a literal `${`.",
    example: "port: ${SHAPERAIL_PORT:3000}",
    severity: "error",
  },
  CONFIG_MISSING_VARIABLE: {
    title: "An environment variable that is needed is not set, or is empty",
    fix: "Set the variable, in development for example in `.env`.",
    example: "DATABASE_URL=postgresql://user:password@localhost:5432/my_app",
    severity: "error",
  },
  CONFIG_INVALID_VARIABLE: {
    title: "An environment variable has a value that is not accepted",
    fix: "Correct the variable, or remove it.",
    example: "SHAPERAIL_PORT=3000",
    severity: "error",
  },
  CONFIG_WEAK_SECRET: {
    title: "A signing secret is too easy to guess",
    fix: "Generate one, for example with `openssl rand -base64 48`.",
    example: "JWT_SECRET=<48 random bytes as base64>",
    // Outside production a weak secret is only a warning.
    severity: "error",
  },
  CONFIG_ENV_FILE: {
    title: "`.env` sets NODE_ENV to something else than the environment does",
    fix: "Remove NODE_ENV from `.env`: it decides whether that file is read.",
    example: "LOG_LEVEL=debug",
    severity: "error",
  },
});

/** One occurrence of a mistake. */
export interface Problem {
  readonly code: ConfigRuleCode;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Undefined when the mistake is not at a place in a file. */
  readonly span: SourceSpan | undefined;
  /** @default the rule's */
  readonly fix?: string;
  /** @default the rule's */
  readonly severity?: "error" | "warning";
  /** Environment variables whose value is the mistake. */
  readonly variables?: readonly string[];
}

export function toDiagnostic({ code, message, span, fix, severity }: Problem): Diagnostic {
  const rule = CONFIG_RULES[code];
  return { code, severity: severity ?? rule.severity, message, span, fix: fix ?? rule.fix, example: rule.example };
}
