import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLineWriter } from "./line-writer.ts";
import { createLogger } from "./logger.ts";

const source = new URL("./index.ts", import.meta.url).href;
const nodeArgs = ["--conditions=@shaperail/source", "--input-type=module", "-e"];

// 20,000 lines into a pipe whose reader sleeps first; the pipe holds 64 KiB of them.
const LINES = 20_000;
const script = (ending: string): string => `
  import { createLogger } from ${JSON.stringify(source)};
  const logger = createLogger();
  for (let n = 1; n <= ${LINES}; n += 1) logger.info("line", { n });
  ${ending}
`;

async function runSlowlyRead(ending: string): Promise<readonly { n?: number }[]> {
  const child = spawn(process.execPath, [...nodeArgs, script(ending)], { stdio: ["ignore", "pipe", "ignore"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  await exited;
  return text
    .trimEnd()
    .split("\n")
    .map((line): { n?: number } => JSON.parse(line));
}

test.each([
  { how: "process.exit()", ending: "process.exit(0);" },
  { how: "an uncaught error", ending: 'throw new Error("crash");' },
  { how: "an unhandled rejection", ending: 'Promise.reject(new Error("crash"));' },
  { how: "close()", ending: "await logger.close(); process.exit(0);" },
  { how: "running out of work", ending: "" },
  { how: "flushSync() and SIGKILL", ending: 'logger.flushSync(); process.kill(process.pid, "SIGKILL");' },
])("no line is lost when the process ends by $how", async ({ ending }) => {
  const lines = await runSlowlyRead(ending);
  expect(lines).toHaveLength(LINES);
  expect(lines.every(({ n }, index) => n === index + 1)).toBe(true);
});

test("lines of several processes in one slow pipe stay whole", async () => {
  const code = `
    import { createLogger } from ${JSON.stringify(source)};
    const logger = createLogger({ shared: true, fields: { worker: Number(process.argv[1]) } });
    for (let n = 1; n <= 5000; n += 1) logger.info("é".repeat(n % 700), { n });
  `;
  const command = `for n in 1 2 3; do "$0" "$@" $n & done; wait`;
  const child = spawn("sh", ["-c", command, process.execPath, ...nodeArgs, code], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) text += chunk;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line): { n: number; worker: number } => JSON.parse(line));
  for (const worker of [1, 2, 3]) {
    const own = lines.filter((line) => line.worker === worker);
    expect(own).toHaveLength(5_000);
    expect(own.every(({ n }, index) => n === index + 1)).toBe(true);
  }
});

test("a reader that goes away does not end the service", () => {
  const code = `
    import { createLogger } from ${JSON.stringify(source)};
    const logger = createLogger();
    for (let n = 1; n <= 50; n += 1) {
      logger.info("x".repeat(60000));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await logger.close();
    console.error("alive");
  `;
  const command = `"$0" "$@" | head -c 10`;
  const { stderr } = spawnSync("sh", ["-c", command, process.execPath, ...nodeArgs, code], { encoding: "utf8" });
  expect(stderr).toContain("alive");
});

test("a reader that takes nothing holds up neither the service nor its end; what is dropped is counted and said", async () => {
  const code = `
    import { createLogger } from ${JSON.stringify(source)};
    const logger = createLogger();
    const text = "x".repeat(1000);
    let worst = 0;
    for (let turn = 0; turn < 200; turn += 1) {
      const startedAt = performance.now();
      for (let n = 0; n < 100; n += 1) logger.info(text);
      await new Promise((resolve) => setImmediate(resolve));
      worst = Math.max(worst, performance.now() - startedAt);
    }
    console.error(JSON.stringify({ worst, dropped: logger.droppedLines(), bytes: process.memoryUsage().rss }));
    await new Promise((resolve) => process.once("message", resolve));
    await new Promise((resolve) => setTimeout(resolve, 500));
    logger.info("again");
    process.exit(0);
  `;
  const child = spawn(process.execPath, [...nodeArgs, code], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the child has no pipes");
  const [said] = (await once(stderr, "data")) as [Buffer];
  const { worst, dropped } = JSON.parse(said.toString()) as { worst: number; dropped: number };
  expect(worst).toBeLessThan(2_000);
  expect(dropped).toBeGreaterThan(1_000);
  child.send("go on");
  let text = "";
  for await (const chunk of stdout) text += chunk;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line): { message: string; lines?: number } => JSON.parse(line));
  expect(lines.find(({ message }) => message.startsWith("log lines were dropped"))?.lines).toBe(dropped);
  expect(lines.at(-1)?.message).toBe("again");
});

test("a reader that never takes anything does not keep the process from ending", async () => {
  const code = `
    import { createLineWriter } from ${JSON.stringify(new URL("./line-writer.ts", import.meta.url).href)};
    const writer = createLineWriter(1, { patienceMs: 200 });
    writer.write("x".repeat(2_000_000) + "\\n");
    process.exit(7);
  `;
  const child = spawn(process.execPath, [...nodeArgs, code], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  expect(await once(child, "exit")).toEqual([7, null]);
});

test("a disk that is full costs lines, not the service", async () => {
  const writer = createLineWriter("/dev/full", { maxWaitingLength: 1_000, patienceMs: 10 });
  for (let n = 0; n < 100; n += 1) {
    writer.write("x".repeat(99) + "\n");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(writer.dropped()).toBe(90);
  writer.close();
});

test("lines go to a file, whose folder is made, and are there after the turn in which they were logged", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "shaperail-logging-")), "logs", "app.log");
  const logger = createLogger({ destination: file });
  logger.info("one");
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ message: "one" });
  logger.info("two");
  logger.flushSync();
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(2);
  logger.info("three");
  await logger.close();
  logger.info("late");
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(3);
});
