import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const specifier = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

const setUp = `
  import { exitOnCrash } from ${specifier("./crash.ts")};
  import { createLogger, runWithLogContext } from ${specifier("../../logging/src/index.ts")};
  const logger = createLogger();
  exitOnCrash(logger);
  for (let n = 0; n < 5_000; n += 1) logger.info("before", { n });
`;

test.each([
  {
    what: "an error thrown in a timer",
    code: 'setTimeout(() => { throw new Error("boom"); }, 5);',
    origin: "uncaughtException",
  },
  {
    what: "a rejection that nobody handles",
    code: 'setTimeout(async () => { throw new Error("boom"); }, 5);',
    origin: "unhandledRejection",
  },
])("$what is the last line, with the request it belongs to, and the process ends with 1", async ({ code, origin }) => {
  const script = `${setUp} runWithLogContext({ request_id: "r-1" }, () => { ${code} }); setInterval(() => undefined, 1000);`;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  // The pipe is full before anybody reads.
  await new Promise((resolve) => setTimeout(resolve, 500));
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines).toHaveLength(5_001);
  expect(lines.at(-1)).toMatchObject({
    level: "ERROR",
    request_id: "r-1",
    message: "the process crashed",
    fatal: true,
    origin,
    error: { message: "boom", stack: expect.stringContaining("boom") },
  });
  expect(await exited).toEqual([1, null]);
});
