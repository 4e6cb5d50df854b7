import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort, temporaryDirectory } from "@shaperail/test-services";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TOOLS = join(ROOT, "node_modules", ".bin");

// What the runner of this test was told about itself, its folder above all, is not meant for what is started here; how
// to reach a registry is.
const RUNNER = /^(npm_(?!config_(registry|cafile|userconfig|https?_proxy)$)|node_env$|node_options$|vitest|init_cwd$)/i;

const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !RUNNER.test(name))),
  // The Node that runs this test: the one in front of it on the PATH may be older than what the command needs.
  PATH: [dirname(process.execPath), TOOLS, process.env["PATH"]].join(delimiter),
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
};

async function command(words: readonly string[], cwd: string): Promise<string> {
  const [program = "", ...args] = words;
  const { stdout } = await promisify(execFile)(program, args, { cwd, env, timeout: 180_000, maxBuffer: 2 ** 24 });
  return stdout;
}

/** Ends the whole family: npx, the shell it runs, the command. */
async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  await ended;
}

/** Compiles only when every type it names is found: `any` would make the expected mistake one of its own. */
const CONTROLLER = `import type { PostsCreateContext } from "../.shaperail/types.ts";

export async function prepare({ input, db }: PostsCreateContext): Promise<void> {
  input.title = input.title?.trim();
  // @ts-expect-error -- there is no such field
  input.titel = "";
  // @ts-expect-error -- there is no such table
  await db.selectFrom("post").selectAll().execute();
}
`;

test(
  "the packed packages install with npm, and `npx shaperail init demo && cd demo && npx shaperail serve` serves",
  { timeout: 420_000 },
  async () => {
    await using directory = await temporaryDirectory("packed");
    // PostgreSQL runs as another user when this is root, and reads its programs from here.
    await chmod(directory.path, 0o755);
    await command(["turbo", "run", "build", "--filter=@shaperail/cli...", "--output-logs=errors-only"], ROOT);
    await command(["pnpm", "--filter-prod=@shaperail/cli...", "pack", `--pack-destination=${directory.path}`], ROOT);
    const tarballs = (await readdir(directory.path)).filter((name) => name.endsWith(".tgz"));
    expect(tarballs.some((name) => name.startsWith("shaperail-cli-"))).toBe(true);

    await command(["npm", "init", "--yes"], directory.path);
    await command(["npm", "install", "--prefer-offline", ...tarballs.map((name) => `./${name}`)], directory.path);
    expect(await command(["npx", "--no-install", "shaperail", "--version"], directory.path)).toMatch(/^\d+\.\d+\.\d+ /);
    await command(["npx", "--no-install", "shaperail", "init", "demo"], directory.path);

    const project = join(directory.path, "demo");
    await writeFile(join(project, "resources", "posts.controller.ts"), CONTROLLER);
    await command(["npx", "--no-install", "shaperail", "generate"], project);
    // The compiler is the repository's; the types come from the tarballs.
    await command(["tsc", "--typeRoots", join(ROOT, "node_modules", "@types")], project);

    const port = await freePort();
    const server = spawn("npx", ["--no-install", "shaperail", "serve", "--port", String(port)], {
      cwd: project,
      env,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    server.stderr.setEncoding("utf8").on("data", (text) => (said += text));
    try {
      await expect.poll(() => said, { timeout: 60_000 }).toContain("is ready after");
      const response = await fetch(`http://127.0.0.1:${port}/v1/posts`);
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 200,
        body: { data: [] },
      });
    } finally {
      await end(server);
    }
  },
);
