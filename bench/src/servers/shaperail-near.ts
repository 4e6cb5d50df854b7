import type { BenchServer } from "../bench-server.ts";
import { cachedCommand } from "../cached-project.ts";

/** A hit asks nobody. */
export const server: BenchServer = {
  name: "shaperail-near",
  describes: "the example, with answers kept in Redis and in the process",
  special: true,
  command: (context) => cachedCommand(context, { near: true }),
};
