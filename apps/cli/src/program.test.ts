import { describe, expect, test } from "vitest";
import { COMMANDS } from "./command-table.ts";
import { run } from "./command.test-kit.ts";

describe("help", () => {
  test.each(COMMANDS)("$name explains itself with an example", async ({ name, summary }) => {
    const { exitCode, stdout, stderr } = await run([name, "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Usage: shaperail ${name}`);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(summary);
    expect(stdout).toContain(`$ shaperail ${name}`);
  });

  test("lists every command, except for second names, and every exit code", async () => {
    const { exitCode, stdout } = await run(["--help"]);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) {
      const isListed = new RegExp(`^ {2}${command.name}(?!:)\\b`, "m").test(stdout);
      expect([command.name, isListed]).toEqual([command.name, !("isHidden" in command && command.isHidden)]);
    }
    expect(stdout).toContain("130 interrupted");
  });

  test("does not show what one process says to another", async () => {
    expect((await run(["serve", "--help"])).stdout).not.toContain("--child");
  });
});

test("--version prints the version, then what it runs on", async () => {
  const { exitCode, stdout } = await run(["--version"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+ \(node \d+\.\d+\.\d+, \w+-\w+\)\n$/);
});

describe("a wrong command line ends with 2, and says what was meant", () => {
  test.each([
    { words: ["serv"], says: "Did you mean serve?" },
    { words: ["validte"], says: "Did you mean validate?" },
    { words: ["migrate", "--rolback"], says: "Did you mean --rollback?" },
    { words: ["routes", "extra"], says: "too many arguments" },
    { words: ["serve", "--port"], says: "argument missing" },
    { words: ["xyzzy"], says: "unknown command 'xyzzy'" },
    { words: ["migrate", "--rollback", "--status"], says: "exclude each other" },
    { words: ["init"], says: "<name>" },
    { words: ["init", "../up"], says: "cannot be the name of a project" },
  ])("$words", async ({ words, says }) => {
    const { exitCode, stdout, stderr } = await run(words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("error CLI_USAGE");
    expect(stderr).toContain(says);
  });

  test("no command at all prints the help where mistakes go", async () => {
    const { exitCode, stdout, stderr } = await run([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: shaperail");
  });
});

describe("outside a project", () => {
  test.each([["serve"], ["serve", "--check"], ["migrate"], ["routes"], ["seed"]])("%s %s says so", async (...words) => {
    const { exitCode, stderr } = await run(
      words.filter((word) => word !== undefined),
      { directory: "/" },
    );
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/hint:/);
  });
});
