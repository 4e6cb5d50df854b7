import { parseConfig } from "@shaperail/config";
import { noopLogger } from "@shaperail/core";
import { parseResource } from "@shaperail/resource";
import { expect, test } from "vitest";
import { jobsBackend } from "./jobs-backend.ts";
import { warnOfSharing } from "./warn-of-sharing.ts";

const CACHED = `resource: notes
version: 1
schema: { id: { type: uuid, primary: true, generated: true }, title: { type: string, required: true } }
endpoints: { list: { auth: public, cache: { ttl: 60 } } }
`;

test.each([
  { what: "one Redis for both", env: { REDIS_URL: "redis://h" }, warning: "share their Redis" },
  {
    what: "a Redis of the jobs' own",
    text: "jobs: { url: redis://jobs }",
    env: { REDIS_URL: "redis://h" },
    warning: undefined,
  },
  { what: "one Redis in development", env: { REDIS_URL: "redis://h", NODE_ENV: "development" }, warning: undefined },
  { what: "PostgreSQL", env: {}, warning: undefined },
  {
    what: "PostgreSQL behind a pooler",
    env: { DATABASE_URL: "postgres://h/d?pgbouncer=true" },
    warning: "through a pooler",
  },
  {
    what: "PostgreSQL past its pooler",
    env: { DATABASE_URL: "postgres://h/d?pgbouncer=true", DIRECT_DATABASE_URL: "postgres://h/d" },
    warning: undefined,
  },
])("jobs in $what: $warning", ({ text = "", env, warning }) => {
  const all = { NODE_ENV: "production", DATABASE_URL: "postgres://h/d", ...env };
  const { config } = parseConfig(`project: x\n${text}\n`, { file: "f", env: all });
  const { resource } = parseResource(CACHED, { file: "notes.yaml" });
  if (config === undefined || resource === undefined) throw new Error("the project of the test is not valid");
  const warnings: string[] = [];
  const logger = { ...noopLogger, warn: (message: string) => void warnings.push(message) };
  warnOfSharing({ config, resources: [resource] }, jobsBackend(config), logger);
  expect(warnings.map((message) => message.includes(warning ?? ""))).toEqual(warning === undefined ? [] : [true]);
});
