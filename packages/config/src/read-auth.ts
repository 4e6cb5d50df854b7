import { entryOf, type SourceMap, type SourceSpan } from "@shaperail/source";
import { millisecondsOf, parseDuration } from "./duration.ts";
import type { AuthConfig, PublicKeySource, SecretAuthConfig } from "./project-config.ts";
import { emptyVariable, missingVariable } from "./interpolate-tree.ts";
import { type ProjectReading, readSecret, readSection } from "./read-section.ts";
import { startOf } from "./read-settings.ts";
import { AUTH, type AuthValues, PUBLIC_KEY_KEYS, type PublicKeyKey, SECRET_KEYS, SECRET_NEEDS } from "./schema-auth.ts";

/** The `auth` section with the keys it names; undefined when there is none, or after reporting a problem in it. */
export function readAuth(root: SourceMap, reading: ProjectReading): AuthConfig | undefined {
  const values = readSection({ key: "auth", settings: AUTH, parent: root }, reading);
  const node = entryOf(root, "auth")?.value;
  if (values === undefined || node?.kind !== "map") return undefined;
  const section: AuthSection = { values, node, reading };
  const common = {
    provider: values.provider,
    issuer: values.issuer ?? undefined,
    audience: values.audience ?? undefined,
    clockToleranceSeconds: (millisecondsOf(values.clock_tolerance) ?? 0) / 1_000,
  };
  if (values.algorithm === "HS256") {
    const secrets = readSecrets(section);
    return secrets && { ...common, algorithm: values.algorithm, ...secrets };
  }
  const publicKey = readPublicKey(section);
  return publicKey && { ...common, algorithm: values.algorithm, publicKey };
}

interface AuthSection {
  readonly values: AuthValues;
  readonly node: SourceMap;
  readonly reading: ProjectReading;
}

type Secrets = Omit<SecretAuthConfig, keyof AuthConfig>;

function readSecrets(section: AuthSection): Secrets | undefined {
  const { values, node, reading } = section;
  const missing = SECRET_NEEDS.filter((key) => values[key] === null);
  if (values.previous_secret_until !== null && values.previous_secret_env === null) missing.push("previous_secret_env");
  for (const key of missing) reportMissing(key, section);
  const isForeign = refuseKeys(PUBLIC_KEY_KEYS, "the secret of `secret_env` verifies what it signs", section);
  const { secret_env: secretEnv, previous_secret_env: previousEnv } = values;
  if (secretEnv === null) return undefined;
  const secret = readSecret({ name: secretEnv, span: spanOf(node, "secret_env"), ours: true }, reading);
  // The variable is there for the days of a rotation, so it may be unset while the file names it.
  const previousSecret =
    previousEnv === null || valueOf(previousEnv, reading).trim() === ""
      ? undefined
      : readSecret({ name: previousEnv, span: spanOf(node, "previous_secret_env"), ours: true }, reading);
  const expirySeconds = parseDuration(values.expiry ?? "");
  if (secret === undefined || expirySeconds === undefined || missing.length > 0 || isForeign) return undefined;
  return {
    secretEnv,
    secret,
    previousSecret,
    previousSecretUntil: values.previous_secret_until === null ? undefined : Date.parse(values.previous_secret_until),
    expirySeconds,
    refreshExpirySeconds: parseDuration(values.refresh_expiry ?? ""),
  };
}

function readPublicKey(section: AuthSection): PublicKeySource | undefined {
  const { values, node, reading } = section;
  const isForeign = refuseKeys(SECRET_KEYS, "tokens are signed by somebody else", section);
  const [source, ...more] = PUBLIC_KEY_KEYS.filter((key) => values[key] !== null);
  if (source === undefined || more.length > 0) {
    reading.report({
      code: source === undefined ? "CONFIG_MISSING_KEY" : "CONFIG_INVALID_VALUE",
      message: `\`auth\` with \`algorithm: ${values.algorithm}\` needs exactly one of ${quote(PUBLIC_KEY_KEYS)}.`,
      span: source === undefined ? startOf(node) : spanOf(node, more[0] ?? source),
      fix: source === undefined ? `Say where the public key is.` : `Keep one of ${quote([source, ...more])}.`,
    });
    return undefined;
  }
  const key = toSource(source, section);
  return isForeign ? undefined : key;
}

function toSource(source: PublicKeyKey, section: AuthSection): PublicKeySource | undefined {
  const { values, node, reading } = section;
  const value = values[source] ?? "";
  if (source === "public_key_file") return { kind: "file", path: value };
  if (source === "public_key_env") return readKeyVariable(value, section);
  const { protocol, hostname } = new URL(value);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === "https:" || isLocal || !reading.isProduction) return { kind: "jwks", url: value };
  reading.report({
    code: "CONFIG_INVALID_URL",
    message: "`auth.jwks_url` must start with `https://` in production: who can change the answer can sign tokens.",
    span: spanOf(node, "jwks_url"),
    fix: "Write the URL with `https://`.",
  });
  return undefined;
}

function readKeyVariable(env: string, { node, reading }: AuthSection): PublicKeySource | undefined {
  const text = valueOf(env, reading);
  const span = spanOf(node, "public_key_env");
  if (text.trim() !== "" || !reading.needsSecrets) {
    // Where a variable cannot hold line breaks, they are written as `\n`.
    return { kind: "text", env, text: text.replaceAll(String.raw`\n`, "\n") };
  }
  const isSet = reading.variables.fromEnvironment(env) !== undefined;
  if (!isSet) reading.miss(env);
  reading.report(isSet ? emptyVariable(env, span) : missingVariable(env, span));
  return undefined;
}

/** True after reporting keys that mean nothing with this algorithm. */
function refuseKeys(keys: readonly (keyof AuthValues)[], why: string, { values, node, reading }: AuthSection): boolean {
  const written = keys.filter((key) => values[key] !== null);
  for (const key of written) {
    reading.report({
      code: "CONFIG_INVALID_VALUE",
      message: `\`auth.${key}\` has no effect with \`algorithm: ${values.algorithm}\`: ${why}.`,
      span: spanOf(node, key),
      fix: `Remove \`${key}\`, or choose another \`algorithm\`.`,
    });
  }
  return written.length > 0;
}

function reportMissing(key: keyof AuthValues, { node, reading }: AuthSection): void {
  reading.report({
    code: "CONFIG_MISSING_KEY",
    message: `missing field \`${key}\` in \`auth\`.`,
    span: startOf(node),
    fix: `Add \`${key}:\` with ${AUTH[key].shape.expects}.`,
  });
}

function valueOf(name: string, { variables }: ProjectReading): string {
  return variables.fromEnvironment(name) ?? variables.fromFallbacks(name) ?? "";
}

function spanOf(node: SourceMap, key: string): SourceSpan | undefined {
  return entryOf(node, key)?.value.span;
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(", ");
}
