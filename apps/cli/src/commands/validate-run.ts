import { CONFIG_FILE } from "@shaperail/config";
import { diagnosticsToJson, formatDiagnostics, hasErrors } from "@shaperail/source";
import type { CommandContext, RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { type Findings, findMistakes, requireResourceFiles } from "../find-mistakes.ts";
import { maskCredentials } from "../mask-credentials.ts";
import { paintFor } from "../paint.ts";

export const runValidate: RunCommand = async (context, invocation) => {
  const path = invocation.argument(0) ?? "resources";
  const findings = await findMistakes(context, path);
  const { diagnostics } = findings;
  if (invocation.flag("json")) context.stdout.write(`${JSON.stringify(diagnosticsToJson(diagnostics), null, 2)}\n`);
  else writeFindings(context, findings);
  requireResourceFiles(findings, path);
  return hasErrors(diagnostics) ? EXIT_CODES.failure : EXIT_CODES.ok;
};

function writeFindings({ stdout, stderr }: CommandContext, { files, diagnostics, sources }: Findings): void {
  const broken = new Set(diagnostics.filter((one) => one.severity === "error").map(({ span }) => span?.file));
  const { green } = paintFor(stdout);
  for (const file of files) {
    // Mistakes of the configuration that are not at a place in it belong to it all the same.
    const isBroken = broken.has(file) || (file === CONFIG_FILE && broken.has(undefined));
    if (isBroken) stderr.write(`${paintFor(stderr).red("✗")} ${file}\n`);
    else stdout.write(`${green("✓")} ${file} valid\n`);
  }
  if (diagnostics.length === 0) return;
  stderr.write(`\n${maskCredentials(formatDiagnostics(diagnostics, { sources, color: stderr.color }))}\n`);
}
