import { get } from "node:http";
import { loadConfig } from "@shaperail/config";
import { toError } from "@shaperail/core";
import type { CommandContext, Invocation, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";

const DEFAULT_PORT = 3_000;
const DEFAULT_TIMEOUT_MS = 3_000;
// What a check says about itself is short; what something else answers on that port may be long.
const MOST_CHARACTERS = 4_096;

/** Ends with 0 when the server says 200 in time, otherwise with 1; what it said goes to standard output. */
export const runHealthcheck: RunCommand = async (context, invocation) => {
  const timeoutMs = wholeNumber(invocation, "timeout", 3_600_000) ?? DEFAULT_TIMEOUT_MS;
  const url = await urlToAsk(context, invocation);
  try {
    const { status, body } = await ask(url, timeoutMs);
    context.stdout.write(`${body.trimEnd()}\n`);
    if (status === 200) return EXIT_CODES.ok;
    context.stderr.write(`${url} answered ${status}.\n`);
  } catch (error) {
    context.stderr.write(`${url} did not answer: ${toError(error).message}\n`);
  }
  return EXIT_CODES.failure;
};

async function urlToAsk(context: CommandContext, invocation: Invocation): Promise<string> {
  const given = invocation.value("url");
  if (given !== undefined) {
    if (URL.parse(given)?.protocol !== "http:") throw usage("--url must be an http URL.");
    return given;
  }
  const isLive = invocation.flag("live");
  const port = wholeNumber(invocation, "port", 65_535) ?? (await configuredPort(context, isLive));
  return `http://127.0.0.1:${port}${isLive ? "/health" : "/health/ready"}`;
}

/** The port the server answers on. A container may have neither the file nor the variables the server was started with. */
async function configuredPort({ directory, env }: CommandContext, isLive: boolean): Promise<number> {
  try {
    const { config } = await loadConfig({ directory, env, needs: "nothing" });
    return isLive ? config.port : (config.adminPort ?? config.port);
  } catch {
    const { SHAPERAIL_ADMIN_PORT: adminPort, SHAPERAIL_PORT: port } = env;
    return Number((isLive ? undefined : adminPort) ?? port) || DEFAULT_PORT;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(url: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    // Without an agent nothing is kept open that the command would wait for.
    const request = get(url, { signal, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body = (body + chunk).slice(0, MOST_CHARACTERS)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("error", (error) => reject(signal.aborted ? new Error(`nothing within ${timeoutMs} ms`) : error));
  });
}

function wholeNumber(invocation: Invocation, name: string, max: number): number | undefined {
  const text = invocation.value(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) throw usage(`--${name} must be a number from 1 to ${max}.`);
  return value;
}

function usage(message: string): CliError {
  return new CliError(message, {
    code: "CLI_USAGE",
    exitCode: EXIT_CODES.usage,
    hint: "See `shaperail healthcheck --help`.",
  });
}
