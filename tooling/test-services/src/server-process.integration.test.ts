import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL(".", import.meta.url));

test("servers do not outlive a test process that was killed, and leave no directory behind", async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(join(source, "postgres-server.ts"))});
    const server = await startPostgres();
    console.log(JSON.stringify({ pid: server.pid, dataDir: server.dataDir }));
    setInterval(() => {}, 1_000);`;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "--eval", script];
  const owner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  const { pid, dataDir } = JSON.parse(line.toString()) as { pid: number; dataDir: string };
  owner.kill("SIGKILL");
  await expect.poll(() => isRunning(pid) || existsSync(dirname(dataDir)), { timeout: 10_000 }).toBe(false);
});

test("a process that forgets to close its servers still ends", async () => {
  const script = `
    const { startRedis } = await import(${JSON.stringify(join(source, "redis-server.ts"))});
    await startRedis();`;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "--eval", script];
  const owner = spawn(process.execPath, args, { stdio: "inherit" });
  const [code] = await Promise.race([once(owner, "exit"), sleep(20_000, ["still running"])]);
  expect(code).toBe(0);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
