import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { draftTarget } from "../migrate/draft-target.ts";
import { targetsOf } from "../migrate/migrate-options.ts";
import { writeMigrationFiles } from "../migrations.ts";
import { openProject } from "../project.ts";

export const runMigrateNew: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  const name = fileWords(invocation.argument(0) ?? "");
  await using opened = await openProject(context, { needs: "databases" });
  const generated: string[] = [];
  const later: string[] = [];
  const notes: string[] = [];
  const rowSecurity = invocation.flag("rls");
  const tenants = opened.project.resources.some(({ tenantKey }) => tenantKey !== undefined);
  if (rowSecurity && !tenants) throw noTenants();
  for (const target of targetsOf(opened.project, invocation)) {
    const draft = await draftTarget(target, { name, rowSecurity });
    generated.push(...(await writeMigrationFiles(target.folder, draft.files)));
    later.push(...(await writeMigrationFiles(target.folder, draft.later)));
    notes.push(...draft.notes);
  }
  if (invocation.flag("json")) {
    stdout.write(`${JSON.stringify({ generated, later, notes })}\n`);
    return EXIT_CODES.ok;
  }
  for (const file of generated) stdout.write(`Generated ${file}\n`);
  for (const file of later) stdout.write(`Generated ${file}, for later: it says when it is safe\n`);
  for (const note of notes) stdout.write(`By hand: ${note}\n`);
  const isNothing = generated.length + later.length + notes.length === 0;
  if (isNothing) stdout.write("Nothing to draft: the database is what the resources say.\n");
  else if (generated.length > 0) stdout.write("Read them, then run `shaperail migrate`.\n");
  return EXIT_CODES.ok;
};

function noTenants(): CliError {
  return new CliError("No resource has a tenant_key: there are no tenants to keep apart.", {
    code: "CLI_NOTHING_FOUND",
    hint: "Leave --rls out, or say in the resources which field names the tenant of a row.",
  });
}

/** `Add summary` → `add_summary`. */
function fileWords(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (words !== "") return words;
  throw new CliError(`"${text}" is no name for a file.`, {
    code: "CLI_USAGE",
    hint: "Use words of letters and digits: add_summary.",
    exitCode: EXIT_CODES.usage,
  });
}
