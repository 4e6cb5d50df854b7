import type { BenchServer } from "../bench-server.ts";
import { cachedCommand } from "../cached-project.ts";

/** A hit asks Redis. */
export const server: BenchServer = {
  name: "shaperail-redis",
  describes: "the example, with answers kept in Redis",
  special: true,
  command: (context) => cachedCommand(context, { near: false }),
};
