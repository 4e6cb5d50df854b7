import type { Secret } from "./secret.ts";

/** Protocols this version serves. */
export type Protocol = "rest";

/**
 * The whole configuration: file, environment and defaults joined, validated, and frozen to the last object.
 *
 * Connection URLs are plain text because drivers need them so: log `describeConfig(config)`, never the configuration itself.
 */
export interface ProjectConfig {
  readonly project: string;
  /** 0 is any free port; only `SHAPERAIL_PORT` can say so. */
  readonly port: number;
  /** Port of its own for metrics, documentation and readiness; undefined: they are on `port`. */
  readonly adminPort: number | undefined;
  /** `auto` leaves the number to whoever serves. */
  readonly workers: "auto" | number;
  readonly server: ServerConfig;
  /** Undefined: no page of another origin may read the answers. */
  readonly cors: CorsConfig | undefined;
  readonly databases: DatabasesConfig;
  readonly migrations: MigrationsConfig;
  readonly cache: CacheConfig | undefined;
  /** Undefined: the file says nothing about jobs. */
  readonly jobs: JobsConfig | undefined;
  readonly schedules: readonly ScheduleConfig[];
  readonly auth: AuthConfig | undefined;
  readonly rateLimit: RateLimitsConfig;
  readonly storage: StorageConfig | undefined;
  readonly logging: LoggingConfig;
  readonly events: EventsConfig | undefined;
  readonly protocols: readonly Protocol[];
  readonly graphql: GraphqlConfig | undefined;
  readonly grpc: GrpcConfig | undefined;
  readonly environment: EnvironmentConfig;
}

/** Samplers of OpenTelemetry. */
export type TracesSampler =
  | "always_on"
  | "always_off"
  | "traceidratio"
  | "parentbased_always_on"
  | "parentbased_always_off"
  | "parentbased_traceidratio";

export interface ServerConfig {
  /** How long a server that is asked to stop goes on accepting requests, for the load balancer to notice. */
  readonly drainDelayMs: number;
  /** How long requests may then take to finish. */
  readonly graceMs: number;
  /** Longest time for a whole request to arrive. */
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** How many proxies are in front of the server, or their addresses and networks. */
  readonly trustProxy: number | readonly string[];
}

export interface CorsConfig {
  /** Exact origins, or `*`; at least one. */
  readonly origins: readonly string[];
  /** Never true together with `*`. */
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

/** Connections by name. `default` always exists: from the file, or from `DATABASE_URL` when the file has no `databases`. */
export interface DatabasesConfig {
  readonly default: DatabaseConfig;
  readonly [name: string]: DatabaseConfig;
}

export interface DatabaseConfig {
  readonly engine: "postgres";
  readonly url: string;
  /** Most simultaneous connections. */
  readonly poolSize: number;
  /** Longest wait for a free connection. Undefined, here and below: the driver's default. */
  readonly acquireTimeoutMs: number | undefined;
  /** Longest wait for the server to accept a connection. */
  readonly connectTimeoutMs: number | undefined;
  /** Longest wait for an answer. */
  readonly queryTimeoutMs: number | undefined;
  /** Longest run of a statement, enforced by the server. */
  readonly statementTimeoutMs: number | undefined;
  /** Longest pause inside a transaction, enforced by the server. */
  readonly idleInTransactionTimeoutMs: number | undefined;
  /** Undefined means `auto`. */
  readonly preparedStatements: "auto" | boolean | undefined;
  /** Policies of the database check tenants as well. */
  readonly rowLevelSecurity: boolean;
}

export interface MigrationsConfig {
  /** What a server does in production when migrations are pending. */
  readonly onPending: "refuse" | "warn";
}

export interface CacheConfig {
  readonly type: "redis";
  readonly url: string;
  /** What each process keeps of it; undefined: nothing. */
  readonly near: NearCacheConfig | undefined;
}

export interface NearCacheConfig {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** How long Redis may be silent before what is kept is not used. */
  readonly maxSilenceMs: number;
}

export interface JobsConfig {
  /** The cache's, or `REDIS_URL`, when the section has none; undefined: nobody named a Redis. */
  readonly url: string | undefined;
  /** Most jobs at the same time in a process; 0: the server runs none. */
  readonly concurrency: number;
}

/** A job that is added again and again. */
export interface ScheduleConfig {
  /** Stays the same over releases. */
  readonly name: string;
  readonly job: string;
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  readonly timeZone: string;
  readonly priority: "critical" | "high" | "normal" | "low";
  readonly payload: unknown;
}

/** Who signs access tokens, and what is expected of them. */
export type AuthConfig = SecretAuthConfig | PublicKeyAuthConfig;

interface AuthCommonConfig {
  readonly provider: "jwt";
  /** Required `iss`; undefined: it is not looked at. */
  readonly issuer: string | undefined;
  /** What `aud` must be or contain; undefined: tokens must have none. */
  readonly audience: string | undefined;
  /** How far the clocks of issuer and service may differ. */
  readonly clockToleranceSeconds: number;
}

/** This project signs its own tokens, with a secret. */
export interface SecretAuthConfig extends AuthCommonConfig {
  readonly algorithm: "HS256";
  /** Name of the variable the secret came from. */
  readonly secretEnv: string;
  readonly secret: Secret;
  /** The secret before the last rotation, which still verifies; undefined when there is none, or its variable is not set. */
  readonly previousSecret: Secret | undefined;
  /** When that stops, in milliseconds since 1970; undefined: when the variable is removed. */
  readonly previousSecretUntil: number | undefined;
  readonly expirySeconds: number;
  /** Undefined: there are no refresh tokens. */
  readonly refreshExpirySeconds: number | undefined;
}

/** Someone else signs the tokens, and this project only verifies them. */
export interface PublicKeyAuthConfig extends AuthCommonConfig {
  readonly algorithm: "RS256" | "ES256" | "EdDSA";
  readonly publicKey: PublicKeySource;
}

/** Where the public key is. */
export type PublicKeySource =
  /** In a variable; empty when whoever read the configuration said that it verifies nothing. */
  | { readonly kind: "text"; readonly env: string; readonly text: string }
  /** In a file, relative to the root of the project. */
  | { readonly kind: "file"; readonly path: string }
  /** Published by the issuer. In production the URL is `https:`, or on this machine. */
  | { readonly kind: "jwks"; readonly url: string };

export interface RateLimitsConfig {
  /** For every endpoint without a limit of its own. Undefined: there is none. */
  readonly default: RateLimitConfig | undefined;
  /** For attempts to get a token. */
  readonly auth: RateLimitConfig;
}

export interface RateLimitConfig {
  readonly maxRequests: number;
  readonly windowSeconds: number;
}

export interface StorageConfig {
  readonly provider: "s3" | "gcs" | "azure" | "local";
  readonly bucket: string | undefined;
  readonly region: string | undefined;
}

export interface LoggingConfig {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly format: "json" | "pretty";
  /** Undefined: no tracing. */
  readonly otlpEndpoint: string | undefined;
  /** Undefined: slow queries are not reported. */
  readonly slowQueryMs: number | undefined;
}

export interface EventsConfig {
  readonly subscribers: readonly SubscriberConfig[];
  /** Undefined: the file says nothing about outbound webhooks. */
  readonly webhooks: WebhooksConfig | undefined;
  readonly inbound: readonly InboundConfig[];
}

export interface SubscriberConfig {
  /** An event, or a pattern with `*` for whole words. */
  readonly event: string;
  readonly targets: readonly TargetConfig[];
}

export type TargetConfig =
  | { readonly type: "job" | "hook"; readonly name: string }
  | { readonly type: "webhook"; readonly url: string };

export interface WebhooksConfig {
  readonly secretEnv: string;
  readonly secret: Secret;
  readonly timeoutSeconds: number;
  readonly maxRetries: number;
  /** Failed attempts in a row after which a receiver gets no more webhooks. */
  readonly disableAfter: number;
  /** Addresses and ranges that are not public and may be called. */
  readonly allow: readonly string[];
  /** Receivers may be called without TLS. */
  readonly allowHttp: boolean;
}

export interface InboundConfig {
  readonly path: string;
  readonly secretEnv: string;
  readonly secret: Secret;
  /** Empty: all events are accepted. */
  readonly events: readonly string[];
  readonly signatureHeader: string;
}

export interface GraphqlConfig {
  readonly depthLimit: number;
  readonly complexityLimit: number;
}

export interface GrpcConfig {
  readonly port: number;
  readonly reflection: boolean;
}

/** What only the environment says. Variables that beat a key of the file are in that key's place. */
export interface EnvironmentConfig {
  /** `NODE_ENV`. */
  readonly nodeEnv: "development" | "production" | "test";
  /** `SHAPERAIL_LOG`, or else `RUST_LOG`, not parsed; undefined leaves `logging.level` in force. */
  readonly rustLog: string | undefined;
  /** `OTEL_SERVICE_NAME`. */
  readonly otelServiceName: string;
  /** `OTEL_EXPORTER_OTLP_PROTOCOL`; undefined leaves it to the port of the endpoint. */
  readonly otelProtocol: "grpc" | "http/protobuf" | undefined;
  /** `OTEL_SDK_DISABLED`. */
  readonly otelDisabled: boolean;
  /** `OTEL_TRACES_SAMPLER`. */
  readonly otelSampler: TracesSampler | undefined;
  /** `OTEL_TRACES_SAMPLER_ARG`, from 0 to 1. */
  readonly otelSamplerRatio: number | undefined;
  /** `OTEL_RESOURCE_ATTRIBUTES`, not parsed. */
  readonly otelResourceAttributes: string | undefined;
  /** `REDIS_URL`: the Redis of whatever has no URL of its own. */
  readonly redisUrl: string | undefined;
  /** `DIRECT_DATABASE_URL`: past a pooler, for migrations, LISTEN and advisory locks. */
  readonly directDatabaseUrl: string | undefined;
  /** `WEBHOOK_SECRET`. */
  readonly webhookSecret: Secret | undefined;
  /** `SHAPERAIL_RELEASE`: name of what is deployed, for the memory of what live releases use. */
  readonly release: string | undefined;
}
