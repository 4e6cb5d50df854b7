import { Command as CommanderCommand, CommanderError, Option } from "commander";
import type { Command, CommandContext, CommandGroup, Invocation } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import { EXIT_CODES } from "./errors.ts";
import { reportError } from "./report-error.ts";
import { versionText } from "./version.ts";

/** Understands the words of a command line, runs the command, reports what goes wrong; resolves with the exit code. */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT_CODES.ok;
  const program = createProgram(context, async (command, invocation) => {
    exitCode = await runCommand(command, invocation, context);
  });
  try {
    await program.parseAsync([...words], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has written its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    return reportError(error, context.stderr, { debug: words.includes("--debug") });
  }
}

async function runCommand(command: Command, invocation: Invocation, context: CommandContext): Promise<number> {
  try {
    const run = await command.load();
    return await run(context, invocation);
  } catch (error) {
    return reportError(error, context.stderr, { debug: invocation.flag("debug") });
  }
}

type Start = (command: Command, invocation: Invocation) => Promise<void>;

function createProgram(context: CommandContext, start: Start): CommanderCommand {
  const program = new CommanderCommand("shaperail")
    .description("Resources in YAML, a production HTTP API on PostgreSQL.")
    .version(versionText(), "-V, --version", "Print the version.")
    .helpOption("-h, --help", "Print this help.")
    .helpCommand("help [command]", "Print the help of a command.")
    .exitOverride()
    // So that an option behind the name of a subcommand is the subcommand's.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "error CLI_USAGE ")),
      getOutHasColors: () => context.stdout.color,
      getErrHasColors: () => context.stderr.color,
    })
    .addHelpText("after", HELP_EPILOGUE);
  for (const command of COMMANDS) {
    if ("commands" in command) addGroup(program, command, start);
    else addCommand(program, command, start);
  }
  return program;
}

const HELP_EPILOGUE = `
Exit codes:
  0 done, 1 failed, 2 wrong command line or configuration, 3 a check found problems,
  4 a server cannot be reached, 130 interrupted`;

function addGroup(program: CommanderCommand, group: CommandGroup, start: Start): void {
  const added = addNamed(program, group).helpCommand(false);
  for (const command of group.commands) addCommand(added, command, start);
}

function addNamed(parent: CommanderCommand, named: Command | CommandGroup): CommanderCommand {
  const { name, summary, examples } = named;
  return parent
    .command(name, { hidden: "isHidden" in named && named.isHidden === true })
    .summary(summary)
    .description(summary)
    .helpOption("-h, --help", "Print this help.")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ shaperail ${example}`).join("\n")}`);
}

function addCommand(parent: CommanderCommand, command: Command, start: Start): void {
  const { arguments: positional = [], options = [], hiddenOptions = [], subcommands = [] } = command;
  const added = addNamed(parent, command).allowExcessArguments(false).helpCommand(false).enablePositionalOptions();
  for (const subcommand of subcommands) addCommand(added, subcommand, start);
  for (const [syntax, description] of positional) added.argument(syntax, description);
  for (const [flags, description] of options) added.option(flags, description);
  for (const flags of hiddenOptions) added.addOption(new Option(flags).hideHelp());
  added.option("--debug", "Add the stack to an error.");
  added.action(async () => start(command, toInvocation(added)));
}

function toInvocation(parsed: CommanderCommand): Invocation {
  const options: Readonly<Record<string, unknown>> = parsed.opts();
  const read = (name: string): unknown =>
    options[name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase())];
  return {
    argument: (index) => parsed.args[index],
    flag: (name) => read(name) === true,
    value: (name) => {
      const value = read(name);
      return typeof value === "string" ? value : undefined;
    },
  };
}
