import type { Cache } from "@shaperail/cache";
import type { Logger } from "@shaperail/core";
import type { Database } from "@shaperail/db";
import type { Route } from "@shaperail/http";
import { createRestRoutes } from "@shaperail/rest";
import type { CredentialsModule } from "./access/credentials-module.ts";
import { openAccess } from "./access/open-access.ts";
import type { Databases } from "./databases.ts";
import type { Jobs } from "./jobs/open-jobs.ts";
import type { LoadedFunctions } from "./load-functions.ts";
import type { Project } from "./load-project.ts";
import type { Observability } from "./observability/open-observability.ts";
import type { OpenRedis } from "./open-redis.ts";
import type { Shutdown } from "./shutdown.ts";

export interface ResourceRoutesParts {
  readonly databases: Databases;
  readonly functions: LoadedFunctions;
  readonly credentials: CredentialsModule | undefined;
  readonly cache: Cache | undefined;
  readonly jobs: Jobs;
  readonly openRedis: OpenRedis;
  readonly observability: Observability;
  readonly shutdown: Shutdown;
  readonly logger: Logger;
}

/** What a server answers besides questions about itself: tokens, webhooks, and the endpoints of the resources. */
export async function openResourceRoutes(project: Project, parts: ResourceRoutesParts): Promise<readonly Route[]> {
  const { databases, functions, cache, jobs, observability } = parts;
  const { config, resources } = project;
  const access = await openAccess(project, {
    ...parts,
    countError: observability.metrics.countError,
    noteUser: observability.noteUser,
  });
  // The loader has proved that every `db:` names a connection.
  const database = (name: string): Database => databases.get(name) ?? unreachable();
  return [
    ...access.routes,
    ...jobs.routes,
    ...createRestRoutes({
      resources,
      database,
      client: (name) => database(name).kysely(),
      functions: ({ name }) => functions.get(name) ?? { controllers: {}, handlers: {} },
      authorize: access.authorize,
      limit: access.limit,
      cache,
      outbox: jobs.outboxOf,
      rowLevelSecurity: (name) => config.databases[name]?.rowLevelSecurity ?? false,
      maxBodyBytes: config.server.maxBodyBytes,
    }),
  ];
}

function unreachable(): never {
  throw new TypeError("A value that was checked before is missing.");
}
