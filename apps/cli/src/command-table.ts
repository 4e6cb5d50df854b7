import type { Command } from "./command.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { initCommand } from "./commands/init.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { routesCommand } from "./commands/routes.ts";
import { seedCommand } from "./commands/seed.ts";
import { serveCommand } from "./commands/serve.ts";
import { validateCommand } from "./commands/validate.ts";

/** Every command, in the order of a first day. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  serveCommand,
  validateCommand,
  migrateCommand,
  seedCommand,
  routesCommand,
  doctorCommand,
];
