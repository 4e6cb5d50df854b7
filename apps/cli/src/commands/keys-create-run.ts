import { expirySeconds, optionalText, requiredText } from "../auth/auth-options.ts";
import { keyJson } from "../auth/describe-key.ts";
import { withApiKeys } from "../auth/with-api-keys.ts";
import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";

export const runKeysCreate: RunCommand = async (context, invocation) => {
  const input = {
    role: requiredText(invocation, "role"),
    label: requiredText(invocation, "label"),
    tenantId: optionalText(invocation, "tenant"),
    sub: optionalText(invocation, "sub"),
    expiresInSeconds: expirySeconds(invocation),
  };
  const { key, ...record } = await withApiKeys(context, (keys) => keys.create(input));
  const { stdout, stderr } = context;
  if (invocation.flag("json")) {
    stdout.write(`${JSON.stringify({ key, ...keyJson(record, Date.now()) })}\n`);
    return EXIT_CODES.ok;
  }
  stdout.write(`${key}\n`);
  stderr.write(`Created the key ${record.id}. Keep it now: it is not stored and will not be shown again.\n`);
  return EXIT_CODES.ok;
};
