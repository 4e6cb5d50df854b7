import { expect, test } from "vitest";
import { runCommand } from "./run-command.mjs";

const env = process.env;

test.each([
  { what: "exit code 0", script: "console.log('fine')", ok: true, output: /fine/ },
  { what: "another exit code", script: "console.error('bad'); process.exitCode = 3", ok: false, output: /bad/ },
])("$what decides, and both streams are kept", async ({ script, ok, output }) => {
  const result = await runCommand({ words: ["node", "-e", script], env, timeoutMs: 5_000 });
  expect(result.ok).toBe(ok);
  expect(result.output).toMatch(output);
});

test("a command over time is ended together with what it started", async () => {
  const script = "require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' }); console.log(process.pid)";
  const result = await runCommand({
    words: ["node", "-e", `${script}; setInterval(() => {}, 1000)`],
    env,
    timeoutMs: 500,
  });
  expect(result.ok).toBe(false);
  expect(result.output).toMatch(/took longer than 0\.5 s/);
  expect(() => process.kill(-Number.parseInt(result.output, 10), 0)).toThrow("ESRCH");
});

test("a command that does not exist fails with the reason", async () => {
  const result = await runCommand({ words: ["/no/such/command"], env, timeoutMs: 5_000 });
  expect(result).toMatchObject({ ok: false, output: expect.stringContaining("ENOENT") });
});

test("an abort ends the command", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const result = await runCommand({ words: ["sleep", "60"], env, timeoutMs: 30_000, signal: stop.signal });
  expect(result.ok).toBe(false);
});
