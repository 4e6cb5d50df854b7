// `npm start`: installs what is missing, then serves the example application until Ctrl-C.
import { join } from "node:path";
import { ensureInstalled, pinnedToolsEnvironment, ROOT } from "./src/install.mjs";
import { runUntilItEnds } from "./src/foreground.mjs";

// The one place that names this command line.
const SERVE = {
  command: "shaperail",
  args: ["serve", "--seed", ...process.argv.slice(2)],
  cwd: join(ROOT, "apps", "blog"),
};

process.exitCode = ensureInstalled() ? await runUntilItEnds({ ...SERVE, env: pinnedToolsEnvironment() }) : 1;
