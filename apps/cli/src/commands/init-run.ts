import { join } from "node:path";
import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { createProject } from "../init/create-project.ts";
import { pathTo } from "../project.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

export const runInit: RunCommand = async (context, invocation) => {
  const name = invocation.argument(0) ?? (await askName(context));
  if (!NAME.test(name)) {
    throw new CliError(`"${name}" cannot be the name of a project.`, {
      code: "CLI_USAGE",
      hint: "Use letters, digits, `-` and `_`, beginning with a letter, such as my-app.",
      exitCode: EXIT_CODES.usage,
    });
  }
  const files = await createProject(join(context.directory, name), name);
  const { stdout, stderr } = context;
  if (invocation.flag("json")) {
    stdout.write(`${JSON.stringify({ project: name, directory: join(pathTo(context), name), files })}\n`);
    return EXIT_CODES.ok;
  }
  for (const file of files) stdout.write(`Created ${name}/${file}\n`);
  stderr.write(nextSteps(name));
  return EXIT_CODES.ok;
};

function nextSteps(name: string): string {
  return `
Next:
  cd ${name}
  npm install
  npx shaperail serve

Then:
  http://localhost:3000/v1/posts
  http://localhost:3000/health/ready
`;
}

async function askName({ isInteractive }: CommandContext): Promise<string> {
  if (!isInteractive) {
    throw new CliError("The name of the project is missing.", {
      code: "CLI_USAGE",
      hint: "Give it as the argument <name>: shaperail init my-app",
      exitCode: EXIT_CODES.usage,
    });
  }
  const { isCancel, text } = await import("@clack/prompts");
  const answer = await text({
    message: "What is the project called?",
    placeholder: "my-app",
    validate: (value) => (NAME.test(value ?? "") ? undefined : "Letters, digits, - and _, beginning with a letter."),
  });
  if (!isCancel(answer)) return answer;
  throw new CliError("Nothing was created.", {
    code: "CLI_USAGE",
    hint: "Run it again with a name.",
    exitCode: EXIT_CODES.interrupted,
  });
}
