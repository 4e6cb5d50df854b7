import { withApiKeys } from "../auth/with-api-keys.ts";
import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";

export const runKeysRevoke: RunCommand = async (context, invocation) => {
  const id = invocation.argument(0) ?? "";
  const isRevoked = await withApiKeys(context, (keys) => keys.revoke(id));
  if (!isRevoked) {
    throw new CliError("There is no key with this id.", {
      code: "CLI_NOTHING_FOUND",
      hint: "`shaperail keys list` shows the ids.",
    });
  }
  const { stdout } = context;
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ revoked: id })}\n`);
  else stdout.write(`Revoked ${id}. Servers that run refuse it within 5 seconds.\n`);
  return EXIT_CODES.ok;
};
