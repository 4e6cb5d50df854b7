import type { PlanChoices } from "@shaperail/db/migrate";
import type { Project } from "@shaperail/runtime";
import type { Invocation } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { type MigrationTarget, migrationTargets } from "../migrations.ts";

const MODES = ["dry-run", "rollback", "status"] as const;

/** The one thing that was asked for. */
export function modeOf(invocation: Invocation): (typeof MODES)[number] | "apply" {
  const [mode = "apply", other] = MODES.filter((name) => invocation.flag(name));
  if (other !== undefined) throw usage(`--${mode} and --${other} exclude each other.`, "Choose one of the two.");
  return mode;
}

export function choicesOf(invocation: Invocation): PlanChoices {
  const accepted = invocation.value("accept-edited");
  const to = versionOf(invocation, "to");
  return {
    allowOutOfOrder: invocation.flag("allow-out-of-order"),
    ...(to === undefined ? {} : { to }),
    ...(accepted === undefined ? {} : { acceptEdited: [accepted] }),
  };
}

/** The first version that is checked. */
export function fromOf(invocation: Invocation): number | undefined {
  return versionOf(invocation, "from");
}

function versionOf(invocation: Invocation, name: string): number | undefined {
  const value = invocation.value(name);
  if (value === undefined || /^\d{1,15}$/.test(value)) return value === undefined ? undefined : Number(value);
  throw usage(`--${name} ${value} is no version.`, "Give the number a file's name begins with.");
}

/** Every database, or the one that is named. What speaks of one migration is about one database: the default one. */
export function targetsOf(project: Project, invocation: Invocation): MigrationTarget[] {
  const targets = migrationTargets(project);
  const isAboutOne = ["rollback", "to", "accept-edited"].some(
    (name) => invocation.flag(name) || invocation.value(name) !== undefined,
  );
  const name = invocation.value("database") ?? (isAboutOne ? "default" : undefined);
  const chosen = targets.filter(({ database }) => name === undefined || database === name);
  if (chosen.length > 0) return chosen;
  const names = targets.map(({ database }) => database).join(", ");
  throw usage(`There is no database "${name}" to migrate.`, `The project has: ${names}.`);
}

function usage(message: string, hint: string): CliError {
  return new CliError(message, { code: "CLI_USAGE", hint, exitCode: EXIT_CODES.usage });
}
