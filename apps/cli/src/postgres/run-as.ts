import { spawnSync } from "node:child_process";
import { CliError } from "../errors.ts";

/** The user a server runs as; empty means the current one. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root, so root hands it to `postgres`, or else to `nobody`, which every system has.
 * Creating a user would change the machine for good.
 */
export function postgresUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const ids = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim());
    const [uid, gid] = ids.map(Number);
    if (ids.every((id) => id !== "") && uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new CliError("PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody.", {
    code: "CLI_EMBEDDED_POSTGRES_FAILED",
    hint: "Set DATABASE_URL to a PostgreSQL of your own, or run the command as another user.",
  });
}

/** True when the user may go into the directory: a home directory, root's above all, is closed to others. */
export function canEnter(directory: string, runAs: RunAs): boolean {
  if (runAs.uid === undefined) return true;
  return spawnSync("sh", ["-c", 'cd "$1"', "sh", directory], { ...runAs, cwd: "/", stdio: "ignore" }).status === 0;
}
