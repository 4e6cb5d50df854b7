import type { BenchServer } from "../bench-server.ts";
import { server as shaperail } from "./shaperail.ts";

/** What the access log costs is the difference to the example. */
export const server: BenchServer = {
  name: "shaperail-quiet",
  describes: "the same, with errors alone in the log",
  command(context) {
    const command = shaperail.command(context);
    return { ...command, env: { ...command.env, SHAPERAIL_LOG: "error" } };
  },
};
