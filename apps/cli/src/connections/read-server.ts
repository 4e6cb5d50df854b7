import { createDatabase } from "@shaperail/db";
import type { ServerFacts } from "./plan-connections.ts";

export interface ServerReading extends ServerFacts {
  /** Tells servers apart, whatever name a URL has for them. */
  readonly identity: string;
}

// Names of sessions are hidden from ordinary users, who see them as null: those count as other clients.
const FACTS = {
  name: "shaperail_doctor_connections",
  text: `SELECT pg_postmaster_start_time()::text || ' ' || current_setting('port'),
  current_setting('max_connections'),
  current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int,
  (SELECT count(*) FROM pg_stat_activity
    WHERE datid IS NOT NULL AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'
      AND coalesce(application_name, '') NOT IN ($1, 'shaperail-doctor'))`,
};

/** Asks the server what it allows, and how many clients it has besides this application. */
export async function readServer(url: string, applicationName: string): Promise<ServerReading> {
  await using database = createDatabase({
    url,
    poolSize: 1,
    connectTimeoutMs: 3_000,
    applicationName: "shaperail-doctor",
  });
  await database.connect();
  const { rows } = await database.run(FACTS, [applicationName]);
  const [identity = "", ...numbers] = rows[0] ?? [];
  const [maxConnections = 0, reserved = 0, otherClients = 0] = numbers.map(Number);
  return { identity: identity ?? "", address: addressOf(url), maxConnections, reserved, otherClients };
}

function addressOf(url: string): string {
  const { hostname, port, searchParams } = new URL(url.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, "$1localhost"));
  return `${searchParams.get("host") ?? hostname}:${searchParams.get("port") ?? (port || "5432")}`;
}
