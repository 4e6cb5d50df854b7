import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkCommand } from "./check-commands.ts";

const known = {
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  scripts: new Set(["start", "test", "bench"]),
  packages: new Set(["@shaperail/db"]),
  help: "Usage: shaperail\n\nCommands:\n  serve [options]  serves\n  check            checks\n",
};

test.each([
  "npm start",
  "npm test",
  "npm run bench",
  "SHAPERAIL_PORT=4000 npm start",
  "npm install @shaperail/db",
  "npm install express",
  "npx shaperail check",
  "shaperail serve --port 4000",
  "shaperail --help",
  "node tooling/workspace/start.mjs",
  ".ci/run",
  "git clone somewhere",
])("%s can be run", (line) => {
  expect(checkCommand(line, known)).toBeUndefined();
});

test.each([
  ["npm run bnech", 'no script "bnech"'],
  ["npm install @shaperail/nothing", "no package @shaperail/nothing"],
  ["shaperail fly", 'does not know "fly"'],
  ["npx shaperail fly", 'does not know "fly"'],
  ["node --watch tooling/gone.mjs", "no file tooling/gone.mjs"],
])("%s cannot: %s", (line, reason) => {
  expect(checkCommand(line, known)).toContain(reason);
});
