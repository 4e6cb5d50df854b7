import { createIssuer } from "@shaperail/auth";
import type { AuthConfig } from "@shaperail/config";
import { expirySeconds, optionalText, requiredText } from "../auth/auth-options.ts";
import { configuredAuth } from "../auth/configured-auth.ts";
import { developmentSecret } from "../auth/development-secret.ts";
import type { CommandContext, RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { inspectProject, SIGNING_SECRET } from "../project.ts";

const DEFAULT_EXPIRY_SECONDS = 3_600;

export const runToken: RunCommand = async (context, invocation) => {
  const sub = requiredText(invocation, "sub");
  const role = requiredText(invocation, "role");
  const tenantId = optionalText(invocation, "tenant");
  const expiry = expirySeconds(invocation) ?? DEFAULT_EXPIRY_SECONDS;
  if (context.env["NODE_ENV"] === "production") throw notInProduction();
  const auth = configuredAuth(await inspectProject(context));
  const secret = await signingSecret(auth, context);

  const { issuer, audience } = auth;
  const { issueAccessToken } = createIssuer({ secret, issuer, audience, expirySeconds: expiry });
  const { token, expiresInSeconds } = await issueAccessToken({ sub, role, tenantId });
  const { stdout } = context;
  if (invocation.flag("json")) {
    const says = { sub, role, tenant_id: tenantId ?? null };
    stdout.write(`${JSON.stringify({ token, token_type: "Bearer", expires_in: expiresInSeconds, ...says })}\n`);
  } else stdout.write(`${token}\n`);
  return EXIT_CODES.ok;
};

async function signingSecret(auth: AuthConfig, { directory }: CommandContext): Promise<string> {
  if (auth.algorithm !== "HS256") {
    throw new CliError(`The tokens of this project are signed by somebody else, with ${auth.algorithm}.`, {
      code: "CLI_AUTH_NOT_CONFIGURED",
      hint: "Ask the issuer for a token: the project has its public key only.",
      exitCode: EXIT_CODES.usage,
    });
  }
  try {
    return auth.secret.reveal();
  } catch (error) {
    // The project was read without asking for secrets, so that a database need not be set either. The server of
    // development signs with the same secret then.
    if (auth.secretEnv === SIGNING_SECRET) return developmentSecret(directory);
    throw new CliError(`${auth.secretEnv} is not set.`, {
      code: "CLI_SECRET_MISSING",
      hint: `Set ${auth.secretEnv} in the environment or in .env: \`openssl rand -base64 48\` makes one.`,
      exitCode: EXIT_CODES.usage,
      cause: error,
    });
  }
}

/** Whoever can run a command in production could be anybody with it, and no login would be in the log. */
function notInProduction(): CliError {
  return new CliError("Tokens are not minted in production.", {
    code: "CLI_NOT_IN_PRODUCTION",
    hint: "Log in with `POST /auth/token`, or make an API key with `shaperail keys create`: it can be revoked.",
    exitCode: EXIT_CODES.usage,
  });
}
