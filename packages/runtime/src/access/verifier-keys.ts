import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { VerifierKeys } from "@shaperail/auth";
import type { AuthConfig, PublicKeySource } from "@shaperail/config";
import { toError } from "@shaperail/core";
import { RuntimeError } from "../errors.ts";
import type { Project } from "../load-project.ts";

/** What tokens are verified with, as the configuration says. */
export async function verifierKeys(auth: AuthConfig, project: Project): Promise<VerifierKeys> {
  if (auth.algorithm === "HS256") {
    const { algorithm, secret, previousSecret, previousSecretUntil } = auth;
    return {
      algorithm,
      secret: secret.reveal(),
      previousSecret: previousSecret?.reveal(),
      previousUntil: previousSecretUntil,
    };
  }
  const { algorithm, publicKey } = auth;
  if (publicKey.kind !== "jwks") return { algorithm, publicKeys: [await readKey(publicKey, project)] };
  // The configuration accepts http: to another machine outside production only.
  const allowHttp = project.config.environment.nodeEnv !== "production";
  return { algorithm, jwksUrl: publicKey.url, allowHttp };
}

async function readKey(source: Exclude<PublicKeySource, { kind: "jwks" }>, { directory }: Project): Promise<string> {
  if (source.kind === "text") return source.text;
  const path = resolve(directory, source.path);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new RuntimeError(`The public key ${path} cannot be read: ${toError(error).message}`, {
      code: "RUNTIME_KEY_UNREADABLE",
      hint: "Put the key in PEM form there, or correct auth.public_key_file.",
      details: { path },
      cause: error,
    });
  }
}
