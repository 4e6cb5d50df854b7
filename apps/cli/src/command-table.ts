import type { Command, CommandGroup } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { generateCommand } from "./commands/generate.ts";
import { healthcheckCommand } from "./commands/healthcheck.ts";
import { initCommand } from "./commands/init.ts";
import { jobsCommand, jobsStatusAlias } from "./commands/jobs.ts";
import { keysCommand } from "./commands/keys.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { releasesCommand } from "./commands/releases.ts";
import { resourceCommand } from "./commands/resource.ts";
import { routesCommand } from "./commands/routes.ts";
import { seedCommand } from "./commands/seed.ts";
import { serveCommand } from "./commands/serve.ts";
import { tokenCommand } from "./commands/token.ts";
import { validateCommand } from "./commands/validate.ts";
import { workerCommand } from "./commands/worker.ts";

/** Every command, in the order of a first day. */
export const COMMANDS: readonly (Command | CommandGroup)[] = [
  initCommand,
  serveCommand,
  workerCommand,
  resourceCommand,
  generateCommand,
  diffCommand,
  validateCommand,
  checkCommand,
  migrateCommand,
  releasesCommand,
  seedCommand,
  tokenCommand,
  keysCommand,
  jobsCommand,
  jobsStatusAlias,
  routesCommand,
  explainCommand,
  exportCommand,
  doctorCommand,
  healthcheckCommand,
];
