import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AuthSetupError, type VerifierKeys, type VerifierOptions } from "@shaperail/auth";
import type { PublicKeyAuthConfig, SecretAuthConfig } from "@shaperail/config";
import type { Project } from "../load-project.ts";

/** What the configuration says about tokens, as a verifier takes it; undefined when the project has no `auth` section. */
export async function verifierOptions({ config, directory }: Project): Promise<VerifierOptions | undefined> {
  const { auth, environment } = config;
  if (auth === undefined) return undefined;
  const { issuer, audience, clockToleranceSeconds } = auth;
  const keys =
    auth.algorithm === "HS256"
      ? secretKeys(auth)
      : await publicKeys(auth, { directory, allowHttp: environment.nodeEnv !== "production" });
  return { keys, issuer, audience, clockToleranceSeconds };
}

function secretKeys({ algorithm, secret, previousSecret, previousSecretUntil }: SecretAuthConfig): VerifierKeys {
  const previous = { previousSecret: previousSecret?.reveal(), previousUntil: previousSecretUntil };
  return { algorithm, secret: secret.reveal(), ...previous };
}

interface Surroundings {
  readonly directory: string;
  readonly allowHttp: boolean;
}

async function publicKeys(
  { algorithm, publicKey }: PublicKeyAuthConfig,
  { directory, allowHttp }: Surroundings,
): Promise<VerifierKeys> {
  switch (publicKey.kind) {
    case "text":
      return { algorithm, publicKeys: [publicKey.text] };
    case "file":
      return { algorithm, publicKeys: [await readKeyFile(resolve(directory, publicKey.path))] };
    case "jwks":
      return { algorithm, jwksUrl: publicKey.url, allowHttp };
  }
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AuthSetupError(`The public key in ${path} cannot be read.`, {
      code: "AUTH_KEY_UNUSABLE",
      hint: "Check `auth.public_key_file`, and that this user may read the file.",
      cause,
    });
  }
}
