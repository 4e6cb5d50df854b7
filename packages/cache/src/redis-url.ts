import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { CacheError } from "./errors.ts";

/** Where a Redis server, or a Sentinel, listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** A connection URL, taken apart. */
export interface RedisTarget {
  readonly topology:
    | { readonly kind: "single"; readonly address: RedisAddress }
    | {
        readonly kind: "sentinel";
        readonly sentinels: readonly RedisAddress[];
        /** What the Sentinels call the master. */
        readonly master: string;
        readonly login: Login;
      }
    | { readonly kind: "cluster"; readonly nodes: readonly RedisAddress[] };
  readonly login: Login;
  readonly database: number;
  /** Files named by the URL; `undefined` is an unencrypted connection. */
  readonly tls: ConnectionOptions | undefined;
}

const FORM =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?<authority>[^/?#]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

const HINT =
  "Use redis://user:password@host:6379/0, rediss:// for TLS, redis+sentinel://host:26379,host:26379/master-name/0 or " +
  "redis+cluster://host:6379,host:6379, with special characters percent-encoded.";

function invalid(message: string, cause?: unknown): CacheError {
  return new CacheError(message, { code: "CACHE_URL_INVALID", hint: HINT, cause });
}

/**
 * Takes a connection URL apart.
 *
 * @throws {@link CacheError} `CACHE_URL_INVALID`; the message never contains a credential.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = FORM.exec(url)?.groups;
  if (parts === undefined) throw invalid("The Redis URL cannot be understood.");
  const { scheme, kind = "single", authority = "", path = "", query = "" } = parts;
  const at = authority.lastIndexOf("@");
  const parameters = readParameters(query, { isSentinel: kind === "sentinel", isEncrypted: scheme === "rediss" });
  const addresses = readAddresses(authority.slice(at + 1), kind === "sentinel" ? 26_379 : 6_379);
  const segments = path === "" ? [] : path.split("/");
  const common = {
    login: readLogin(at === -1 ? "" : authority.slice(0, at)),
    tls: scheme === "rediss" ? readTls(parameters) : undefined,
  };
  if (kind === "sentinel") {
    const [master = "", database = "0", ...rest] = segments;
    if (master === "" || rest.length > 0) throw invalid("A redis+sentinel URL ends in the name of the master.");
    const login = { username: parameters.get("sentinel_user"), password: parameters.get("sentinel_password") };
    const topology = { kind, sentinels: addresses, master: decode(master), login } as const;
    return { ...common, topology, database: readDatabase(database) };
  }
  if (segments.length > 1) throw invalid("The path of the Redis URL is more than a database number.");
  const database = readDatabase(segments[0] ?? "0");
  if (kind === "cluster") {
    if (database !== 0) throw invalid("A Redis Cluster has no database but 0.");
    return { ...common, topology: { kind, nodes: addresses }, database };
  }
  const [address, ...others] = addresses;
  if (address === undefined || others.length > 0) {
    throw invalid("A Redis URL with several hosts starts with redis+sentinel: or redis+cluster:.");
  }
  return { ...common, topology: { kind: "single", address }, database };
}

/** The URL without credentials and parameters, for messages and logs. */
export function describeTarget({ topology, database, tls }: RedisTarget): string {
  const scheme = tls === undefined ? "redis" : "rediss";
  const list = (addresses: readonly RedisAddress[]): string =>
    addresses.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(",");
  switch (topology.kind) {
    case "single":
      return `${scheme}://${list([topology.address])}/${database}`;
    case "sentinel":
      return `${scheme}+sentinel://${list(topology.sentinels)}/${topology.master}/${database}`;
    case "cluster":
      return `${scheme}+cluster://${list(topology.nodes)}`;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("The Redis URL contains a % that is not followed by two hexadecimal digits.");
  }
}

function readLogin(userinfo: string): Login {
  const colon = userinfo.indexOf(":");
  const username = decode(colon === -1 ? userinfo : userinfo.slice(0, colon)) || undefined;
  const password = colon === -1 ? undefined : decode(userinfo.slice(colon + 1)) || undefined;
  if (username !== undefined && password === undefined) {
    throw invalid("The Redis URL has a user but no password; a password alone is written redis://:password@host.");
  }
  return { username, password };
}

function readAddresses(text: string, defaultPort: number): RedisAddress[] {
  return text.split(",").map((part) => {
    const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]]*))(?::(?<port>\d{1,5}))?$/.exec(part)?.groups;
    const port = Number(match?.["port"] ?? defaultPort);
    if (match === undefined || port < 1 || port > 65_535) {
      throw invalid("A host of the Redis URL is not of the form host:port.");
    }
    return { host: match["v6"] ?? (decode(match["name"] ?? "") || "localhost"), port };
  });
}

function readDatabase(text: string): number {
  if (!/^\d{0,4}$/.test(text)) throw invalid("The database of the Redis URL is not a number.");
  return Number(text);
}

const TLS_FILES = ["sslrootcert", "sslcert", "sslkey"];
const SENTINEL_LOGIN = ["sentinel_user", "sentinel_password"];

function readParameters(
  query: string,
  { isSentinel, isEncrypted }: { readonly isSentinel: boolean; readonly isEncrypted: boolean },
): ReadonlyMap<string, string> {
  const known = [...(isEncrypted ? TLS_FILES : []), ...(isSentinel ? SENTINEL_LOGIN : [])];
  const pairs = query.split("&").filter((pair) => pair !== "");
  return new Map(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      if (!known.includes(name)) {
        throw invalid(`The parameter "${decode(name)}" of the Redis URL has no effect with this kind of URL.`);
      }
      return [name, decode(value.join("="))];
    }),
  );
}

function readTls(parameters: ReadonlyMap<string, string>): ConnectionOptions {
  const [ca, cert, key] = TLS_FILES.map((name) => {
    const file = parameters.get(name);
    if (file === undefined || file === "") return undefined;
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw invalid(`The file "${file}" named by ${name} cannot be read.`, error);
    }
  });
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
