import { keyJson, keyTable } from "../auth/describe-key.ts";
import { withApiKeys } from "../auth/with-api-keys.ts";
import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";

export const runKeysList: RunCommand = async (context, invocation) => {
  const records = await withApiKeys(context, (keys) => keys.list());
  const now = Date.now();
  const { stdout } = context;
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(records.map((record) => keyJson(record, now)))}\n`);
  else stdout.write(records.length === 0 ? "There are no keys.\n" : keyTable(records, now));
  return EXIT_CODES.ok;
};
