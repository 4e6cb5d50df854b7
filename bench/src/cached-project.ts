import type { ServerCommand, ServerContext } from "./bench-server.ts";
import { deriveProject } from "./derived-project.ts";
import { server as shaperail } from "./servers/shaperail.ts";

/** The example with answers to reading a post kept in Redis, and, near, in the process. */
export function cachedCommand(context: ServerContext, { near }: { readonly near: boolean }): ServerCommand {
  const { env, ...command } = shaperail.command(context);
  const directory = deriveProject({
    config: `cache: { type: redis, url: "\${REDIS_URL}", near: ${near} }\n`,
    posts: (text) => text.replace(/(\n {2}get:\n {4}auth: public)/, "$1\n    cache: { ttl: 3600 }"),
  });
  return { ...command, env: { ...env, REDIS_URL: context.redisUrl }, directory };
}
