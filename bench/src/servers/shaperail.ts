import type { BenchServer } from "../bench-server.ts";
import { JWT_SECRET } from "../credentials.ts";
import { BLOG, shaperailEntry } from "../repository.ts";

/** The example through the real command, in production: access log on, to /dev/null. */
export const server: BenchServer = {
  name: "shaperail",
  describes: "apps/blog by `shaperail serve`: request id, limits, security headers, ETag, access log on",
  command: ({ port, poolSize, source }) => ({
    args: [shaperailEntry(source), "serve"],
    env: { NODE_ENV: "production", SHAPERAIL_PORT: String(port), DB_POOL_SIZE: String(poolSize), JWT_SECRET },
    directory: BLOG,
  }),
};
