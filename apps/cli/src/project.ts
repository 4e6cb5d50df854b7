import { isAbsolute, join, relative } from "node:path";
import { type Closeable, closeable } from "@shaperail/core";
import { loadProject, type LoadProjectOptions, type Project, ProjectError } from "@shaperail/runtime";
import { formatDiagnostics } from "@shaperail/source";
import type { CommandContext } from "./command.ts";
import type { EmbeddedPostgres } from "./postgres/embedded-postgres.ts";

const DATABASE_URL = "DATABASE_URL";
/** The variable that the guide, and a new project, sign tokens with. */
/** The variable whose value development makes up when nobody has set it. */
export const SIGNING_SECRET = "JWT_SECRET";
const PROVIDED = [DATABASE_URL, SIGNING_SECRET];

export type Environment = CommandContext["env"];

/** A project whose databases can be used, and the embedded server when there is one. */
export interface OpenedProject extends Closeable {
  readonly project: Project;
  /** The environment the project was loaded with, and with which a server process loads it again. */
  readonly env: Environment;
  readonly embedded: EmbeddedPostgres | undefined;
}

export interface OpenProjectOptions {
  /** @default the context's */
  readonly env?: Environment;
  /** An embedded server that runs already. */
  readonly running?: EmbeddedPostgres;
  /** `databases` for a command that reaches nothing else: a migration job is given DATABASE_URL and no more. @default "everything" */
  readonly needs?: LoadProjectOptions["needs"];
}

/**
 * Loads the project of the current directory. In development what is missing is provided, and announced: for DATABASE_URL the embedded
 * PostgreSQL is started, and for JWT_SECRET there is a secret of this machine.
 */
export async function openProject(
  context: CommandContext,
  { env: given = context.env, running, needs = "everything" }: OpenProjectOptions = {},
): Promise<OpenedProject> {
  const env = needs === "everything" ? given : withoutEmpty(given);
  let embedded: EmbeddedPostgres | undefined;
  const provided: Record<string, string> = {};
  const provide = async (missing: readonly string[]): Promise<Record<string, string>> => {
    if (!missing.every((name) => PROVIDED.includes(name))) return {};
    if (missing.includes(SIGNING_SECRET))
      provided[SIGNING_SECRET] = await provideSecret(context, running === undefined);
    if (missing.includes(DATABASE_URL)) {
      embedded = running ?? (await startEmbedded(context));
      provided[DATABASE_URL] = embedded.url;
    }
    return provided;
  };
  try {
    const project = await loadProject({ directory: pathTo(context), env, provide, needs });
    return {
      project,
      embedded,
      env: { ...env, ...provided },
      ...closeable(async () => (embedded === running ? undefined : embedded?.close())),
    };
  } catch (error) {
    if (embedded !== running) await embedded?.close();
    throw env["NODE_ENV"] === "production" ? error : withoutProvided(error);
  }
}

/** Loads the project to look at it only: a database is neither needed nor started, and no secret has to be set. */
export async function inspectProject(context: CommandContext): Promise<Project> {
  return loadProject({ directory: pathTo(context), env: withoutEmpty(context.env), needs: "nothing" });
}

/** A variable that is set to nothing is one that is not set. */
function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
}

/** The project's directory as messages show it: relative to where the command was started. */
export function pathTo({ directory }: CommandContext): string {
  return relative("", directory) || ".";
}

/** A path of the command line as messages show it: one that is absolute stays, others begin at the project's directory. */
export function pathIn(context: CommandContext, path: string): string {
  return isAbsolute(path) ? path : join(pathTo(context), path);
}

/**
 * The error without the complaints about what development provides once everything else is right: beside a mistake in
 * a file they would only send the reader the wrong way.
 */
function withoutProvided(error: unknown): unknown {
  if (!(error instanceof ProjectError)) return error;
  const { diagnostics, sources } = error;
  const others = diagnostics.filter(
    ({ code, message }) =>
      code !== "CONFIG_MISSING_VARIABLE" || !PROVIDED.some((name) => message.includes(`'${name}'`)),
  );
  const errors = others.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined || others.length === diagnostics.length) return error;
  const hint = first.fix ?? "Correct the files.";
  const message = `The project has ${errors.length} mistake(s). ${errors.map((one) => one.message).join(" ")}`;
  return new ProjectError(message, { code: "PROJECT_INVALID", hint, diagnostics: others, sources, cause: error });
}

async function provideSecret({ directory, stderr }: CommandContext, announce: boolean): Promise<string> {
  const { developmentSecret } = await import("./auth/development-secret.ts");
  if (announce)
    stderr.write(`${SIGNING_SECRET} is not set: tokens are signed with this machine's own (.shaperail/jwt-secret).\n`);
  return developmentSecret(directory);
}

async function startEmbedded(context: CommandContext): Promise<EmbeddedPostgres> {
  const { openEmbeddedPostgres } = await import("./postgres/embedded-postgres.ts");
  const embedded = await openEmbeddedPostgres({ directory: context.directory });
  const verb = embedded.started ? "started" : "joined";
  context.stderr.write(
    `DATABASE_URL is not set: ${verb} the embedded PostgreSQL 18 (data in ${relative("", embedded.home)}).\n`,
  );
  return embedded;
}

/** Writes what is worth saying but stops nothing. */
export function writeWarnings({ stderr }: CommandContext, { warnings, sources }: Project): void {
  if (warnings.length > 0) stderr.write(`${formatDiagnostics(warnings, { sources, color: stderr.color })}\n\n`);
}
