import { existsSync } from "node:fs";
import { join } from "node:path";

/** What a documented command may refer to. */
export interface KnownCommands {
  readonly root: string;
  /** Names of the root package.json's scripts. */
  readonly scripts: ReadonlySet<string>;
  /** Names of the published packages. */
  readonly packages: ReadonlySet<string>;
  /** What `shaperail --help` prints. */
  readonly help: string;
}

/** Why a command line cannot be run as written; undefined when it can, or when it is no concern of the repository. */
export function checkCommand(line: string, known: KnownCommands): string | undefined {
  const [program = "", ...args] = line.replace(/^(?:[A-Z_]+=\S+\s+)+/, "").split(/\s+/);
  switch (program) {
    case "npm":
      return checkNpm(args, known);
    case "npx":
      return args[0] === "shaperail" ? checkShaperail(args.slice(1), known) : undefined;
    case "shaperail":
      return checkShaperail(args, known);
    case "node":
      return checkFile(
        args.find((arg) => !arg.startsWith("-")),
        known,
      );
    case ".ci/run":
      return checkFile(program, known);
    default:
      return undefined;
  }
}

function checkNpm([verb = "", name = ""]: readonly string[], { scripts, packages }: KnownCommands): string | undefined {
  if (verb === "run") return scripts.has(name) ? undefined : `there is no script "${name}"`;
  if (verb === "start" || verb === "test") return scripts.has(verb) ? undefined : `there is no script "${verb}"`;
  if (verb !== "install") return undefined;
  return !name.startsWith("@shaperail/") || packages.has(name) ? undefined : `there is no package ${name}`;
}

function checkShaperail([command = ""]: readonly string[], { help }: KnownCommands): string | undefined {
  if (command === "" || command.startsWith("-") || new RegExp(`^\\s+${command}\\b`, "m").test(help)) return undefined;
  return `shaperail --help does not know "${command}"`;
}

function checkFile(path: string | undefined, { root }: KnownCommands): string | undefined {
  return path === undefined || existsSync(join(root, path)) ? undefined : `there is no file ${path}`;
}
