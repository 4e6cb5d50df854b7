import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isSameFile, MigrateError } from "@shaperail/db/migrate";

/** Versions of a file that are looked at; an applied migration is rarely changed more often than once. */
const MOST_VERSIONS = 100;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** A migration that is no longer what was applied. */
interface EditedFile {
  readonly fileName: string;
  readonly appliedChecksum: string;
}

/** Runs what plans migrations of the folder; an applied one that was changed is explained. */
export async function explainingEdited<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await explainEdited(error, folder);
  }
}

/**
 * Adds to `MIGRATE_FILE_EDITED` what was changed. The history of a database has checksums only, so that the text which
 * was applied is looked for among the committed versions of the file; any other error is returned as it is.
 */
async function explainEdited(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof MigrateError) || error.code !== "MIGRATE_FILE_EDITED") return error;
  const parts = await Promise.all(editedFiles(error).map((file) => describeChange(file, folder)));
  return new MigrateError(`${error.message}\n${parts.join("\n")}`, {
    code: error.code,
    hint: error.hint ?? "",
    details: error.details,
    cause: error,
  });
}

function editedFiles({ details }: MigrateError): EditedFile[] {
  const edited: unknown = details?.["edited"];
  if (!Array.isArray(edited)) return [];
  return edited.flatMap((one: { readonly file?: unknown; readonly applied_checksum?: unknown }) =>
    typeof one.file === "string" && typeof one.applied_checksum === "string"
      ? [{ fileName: one.file, appliedChecksum: one.applied_checksum }]
      : [],
  );
}

async function describeChange({ fileName, appliedChecksum }: EditedFile, folder: string): Promise<string> {
  const versions = await git(folder, ["log", `-${MOST_VERSIONS}`, "--format=%H", "--", fileName]);
  if (versions === undefined) return `${fileName}: there is no Git repository here that could tell what was changed.`;
  const commits = versions.split("\n").filter((commit) => commit !== "");
  for (const commit of commits) {
    // Undefined where the commit removed it.
    const text = await git(folder, ["cat-file", "blob", `${commit}:./${fileName}`]);
    if (text === undefined || !isSameFile(text, appliedChecksum)) continue;
    const changed = await git(folder, ["diff", "--no-color", "--no-ext-diff", commit, "--", fileName]);
    return `${fileName} is not what was applied, commit ${commit.slice(0, 10)}:\n${changed?.trimEnd() ?? ""}`;
  }
  return `${fileName}: none of its ${commits.length} committed version(s) is the one that was applied.`;
}

/** What the command prints; undefined when it fails, Git is not installed, or the folder is in no repository. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const options = { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES };
    const { stdout } = await promisify(execFile)("git", args, options);
    return stdout;
  } catch {
    return undefined;
  }
}
