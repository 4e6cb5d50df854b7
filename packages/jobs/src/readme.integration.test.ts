import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startRedis } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { eventually } from "./backends.test-kit.ts";

test("the snippet of the README runs its job, and SIGTERM ends it with nothing left open", async () => {
  await using redis = await startRedis();
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const code = (/```ts\n([^]*?)```/.exec(readme)?.[1] ?? "").replace("redis://localhost:6379", redis.url);
  const child = spawn(
    process.execPath,
    ["--conditions=@shaperail/source", "--input-type=module-typescript", "-e", code],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  try {
    await eventually(
      () => said.includes("welcome, ann@example.org (attempt 1)") && /waiting|active|completed/.test(said),
      { what: `the output (${said})` },
    );
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
  }
});
