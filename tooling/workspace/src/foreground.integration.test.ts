import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const foreground = fileURLToPath(new URL("foreground.mjs", import.meta.url));

/** Starts a parent that runs `script` in the foreground; resolves when the script printed its first line. */
async function startParent(
  script: string,
): Promise<{ signal: (name: NodeJS.Signals) => void; ended: Promise<unknown[]>; printed: () => string }> {
  const main = `
    import { runUntilItEnds } from ${JSON.stringify(foreground)};
    const args = ["-e", ${JSON.stringify(script)}];
    process.exitCode = await runUntilItEnds({ command: process.execPath, args, cwd: process.cwd(), env: process.env });`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", main], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  parent.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await once(parent.stdout, "data");
  return { signal: (name) => void parent.kill(name), ended: once(parent, "close"), printed: () => output };
}

const COUNT_SIGNALS = `
  let count = 0;
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => { count += 1; console.log(name, count); });
  setTimeout(() => process.exit(count), 1500);
  console.log("ready");`;

test("the exit code is the command's", async () => {
  const { ended } = await startParent("console.log('ready'); process.exitCode = 7");
  expect(await ended).toEqual([7, null]);
});

test("one Ctrl-C that arrives twice, from the terminal and from npm, is passed on once", async () => {
  const { signal, ended, printed } = await startParent(COUNT_SIGNALS);
  signal("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 50));
  signal("SIGINT");
  expect(await ended).toEqual([1, null]);
  expect(printed()).toContain("SIGINT 1");
});

test("a second request, later, is passed on too", async () => {
  const { signal, ended, printed } = await startParent(COUNT_SIGNALS);
  signal("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 500));
  signal("SIGTERM");
  expect(await ended).toEqual([2, null]);
  expect(printed()).toContain("SIGTERM 2");
});

test("when the parent is killed, the command is asked to end", async () => {
  const script = `
    process.on("SIGTERM", () => { require("node:fs").writeFileSync(process.argv[1], "ended"); process.exit(); });
    setTimeout(() => process.exit(), 20_000);
    console.log("ready");`;
  const mark = join(mkdtempSync(join(tmpdir(), "shaperail-foreground-")), "mark");
  const main = `
    import { runUntilItEnds } from ${JSON.stringify(foreground)};
    const args = ["-e", ${JSON.stringify(script)}, ${JSON.stringify(mark)}];
    process.exitCode = await runUntilItEnds({ command: process.execPath, args, cwd: process.cwd(), env: process.env });`;
  // The shell stands for npm; the second command keeps it from replacing itself with the first.
  const words = ["-c", '"$0" --input-type=module --eval "$1"; exit 0', process.execPath, main];
  const npm = spawn("sh", words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(npm.stdout, "data");
  npm.kill("SIGKILL");
  await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true);
  rmSync(dirname(mark), { recursive: true });
});
