import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { freePort, testRedis } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { eventually, makeHome } from "./events.test-kit.ts";

test("the Express application of the README answers 201, and the job of the write runs", async () => {
  await using home = await makeHome();
  await using redis = await testRedis();
  await home.database.run(
    { name: "test.users", text: "CREATE TABLE users (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email TEXT)" },
    [],
  );
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const port = await freePort();
  const code = (/```ts\n([^]*?)```/.exec(readme)?.[1] ?? "")
    .replace("postgres://localhost/app", home.url)
    .replace('url: "redis://localhost:6379"', `url: "${redis.url}", prefix: "${redis.prefix}readme"`)
    .replace("3000", String(port));
  const child = spawn(
    process.execPath,
    ["--conditions=@shaperail/source", "--input-type=module-typescript", "-e", code],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  try {
    const post = (): Promise<Response | false> =>
      fetch(`http://127.0.0.1:${port}/users/ann@example.org`, { method: "POST" }).catch(() => false);
    const response = await eventually(post, { what: "the answer" });
    expect([response.status, await response.json()]).toEqual([201, { id: "1" }]);
    await eventually(() => said.includes("welcome, ann@example.org"), { what: "the job" });
  } finally {
    child.kill("SIGKILL");
  }
});
