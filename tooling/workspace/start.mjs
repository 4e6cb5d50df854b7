// `npm start`: installs what is missing, then serves the example application until Ctrl-C.
import { join } from "node:path";
import { runUntilItEnds } from "./src/foreground.mjs";
import { ensureInstalled, PINNED_NODE, pinnedToolsEnvironment, ROOT } from "./src/install.mjs";

// The one place that names this command line. Not through node_modules/.bin: the shell scripts there do not pass
// signals on. (package.json starts this file with `exec` and npm's own Node for the same reason.)
const SHAPERAIL = join(ROOT, "apps", "cli", "bin", "shaperail.js");
const SERVE = {
  command: PINNED_NODE,
  args: [SHAPERAIL, "serve", "--seed", ...process.argv.slice(2)],
  cwd: join(ROOT, "apps", "blog"),
};

process.exitCode = ensureInstalled() ? await runUntilItEnds({ ...SERVE, env: pinnedToolsEnvironment() }) : 1;
