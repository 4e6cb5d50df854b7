import { readFileSync } from "node:fs";
import { getCACertificates, type ConnectionOptions } from "node:tls";
import { DbError } from "./errors.ts";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** A connection URL, taken apart. */
export interface ConnectionTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: { readonly mode: SslMode; readonly options: ConnectionOptions };
  readonly channelBinding: boolean;
  /** Asked for by `pgbouncer=true`. */
  readonly pooled: boolean;
  readonly applicationName: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  /** Parameters of the URL that have no effect here. */
  readonly ignored: readonly string[];
}

const PARAMETERS = new Set([
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "channel_binding",
  "pgbouncer",
  "application_name",
  "connect_timeout",
  "host",
  "port",
  "uselibpqcompat",
]);

function invalid(message: string, cause?: unknown): DbError {
  return new DbError(message, {
    code: "DB_URL_INVALID",
    hint: "Use the form postgresql://user:password@host:5432/name?sslmode=verify-full, with special characters percent-encoded.",
    cause,
  });
}

/**
 * Takes a connection URL apart.
 *
 * `sslmode` means what libpq documents, and is `prefer` when it is not given. A certificate is checked when `sslrootcert`
 * names a CA, whatever the mode. Without one `verify-full` trusts the CAs that Node and the system trust; no file in the
 * home directory is looked for.
 *
 * @throws {@link DbError} `DB_URL_INVALID`; the message never contains the URL.
 */
export function parseConnectionUrl(url: string): ConnectionTarget {
  const parsed = parseUrl(url);
  const parameters = parsed.searchParams;
  const host = parameters.get("host") ?? decode(parsed.hostname).replace(/^\[(.+)\]$/, "$1");
  const user = decode(parsed.username) || "postgres";
  const connectTimeoutSeconds = Number(parameters.get("connect_timeout") ?? 0);
  return {
    host: host === "" ? "localhost" : host,
    port: Number(parameters.get("port") ?? (parsed.port === "" ? 5432 : parsed.port)),
    user,
    password: parsed.password === "" ? undefined : decode(parsed.password),
    database: decode(parsed.pathname.slice(1)) || user,
    tls: tlsTarget(parameters),
    channelBinding: ["prefer", "require"].includes(parameters.get("channel_binding") ?? ""),
    pooled: parameters.get("pgbouncer") === "true",
    applicationName: parameters.get("application_name") ?? undefined,
    connectTimeoutMs: connectTimeoutSeconds > 0 ? connectTimeoutSeconds * 1_000 : undefined,
    ignored: [...parameters.keys()].filter((key) => !PARAMETERS.has(key)),
  };
}

function parseUrl(url: string): URL {
  let parsed: URL;
  try {
    // A URL whose host is empty is valid for libpq and not for URL; the host then comes from `host=`.
    parsed = new URL(url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=\/)/, "$1localhost"));
  } catch {
    // The original error carries the whole URL, password included: it is no cause to keep.
    throw invalid("The database URL cannot be parsed.");
  }
  if (parsed.protocol !== "postgresql:" && parsed.protocol !== "postgres:") {
    throw invalid(`The database URL starts with "${parsed.protocol}", not with "postgresql:".`);
  }
  return parsed;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("The database URL contains a % that is not followed by two hexadecimal digits.");
  }
}

function tlsTarget(parameters: URLSearchParams): ConnectionTarget["tls"] {
  const isSystem = parameters.get("sslrootcert") === SYSTEM;
  const asked = parameters.get("sslmode") ?? (isSystem ? "verify-full" : "prefer");
  const mode = SSL_MODES.find((known) => known === asked);
  if (mode === undefined) throw invalid(`sslmode is "${asked}", not one of ${SSL_MODES.join(", ")}.`);
  if (mode === "disable") return { mode, options: {} };
  if (isSystem && mode !== "verify-full") {
    // Anybody can get a certificate for a name of their own: without the name such a check says nothing.
    throw invalid(`sslmode=${mode} is too weak for sslrootcert=system; use sslmode=verify-full.`);
  }
  const ca = isSystem ? systemCertificates() : readPem(parameters, "sslrootcert");
  if (mode === "verify-ca" && ca === undefined) {
    throw invalid("sslmode=verify-ca needs the certificate of the CA in sslrootcert=<file>.");
  }
  const options = {
    rejectUnauthorized: mode === "verify-full" || ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    cert: readPem(parameters, "sslcert"),
    key: readPem(parameters, "sslkey"),
    // libpq compares the host name only in verify-full.
    ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
  return { mode, options };
}

/** libpq's word for the CAs of the operating system. */
const SYSTEM = "system";

/** Node brings CAs of its own; a company adds its CA to the system's, or names it in NODE_EXTRA_CA_CERTS. */
function systemCertificates(): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

function readPem(parameters: URLSearchParams, name: string): string | undefined {
  const file = parameters.get(name);
  if (file === null || file === "") return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(`The file "${file}" named by ${name} cannot be read.`, error);
  }
}

/** The URL without credentials and parameters, for messages and logs: `postgresql://***@host:5432/name`. */
export function describeUrl(url: string): string {
  try {
    const { host, port, database } = parseConnectionUrl(url);
    return `postgresql://***@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
  } catch {
    return "postgresql://***";
  }
}
