import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Environment, parseConfig, type ParsedConfig } from "./parse-config.ts";

const strongSecret = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const requiredVariables = {
  DATABASE_URL: "postgresql://user:pass@db.example.com:5432/myapp",
  REDIS_URL: "redis://:password@redis.example.com:6379",
  JWT_SECRET: strongSecret,
};
const guide = fixture("valid-guide.yaml");

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

function parse(text: string, env: Environment = requiredVariables): ParsedConfig {
  return parseConfig(text, { file: "shaperail.config.yaml", env });
}

function messagesOf({ diagnostics }: ParsedConfig): string[] {
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
}

test("the sample of the deployment guide needs only the three required variables", () => {
  const { config, diagnostics } = parse(guide);
  expect(diagnostics).toEqual([]);
  expect(config).toMatchObject({
    project: "my-app",
    port: 3000,
    workers: "auto",
    databases: { default: { engine: "postgres", url: requiredVariables.DATABASE_URL, poolSize: 20 } },
    cache: { type: "redis", url: requiredVariables.REDIS_URL },
    auth: { provider: "jwt", secretEnv: "JWT_SECRET", expirySeconds: 86_400, refreshExpirySeconds: 2_592_000 },
    logging: { level: "info", format: "json", otlpEndpoint: undefined, slowQueryMs: undefined },
    protocols: ["rest"],
    environment: { nodeEnv: "development", otelServiceName: "shaperail", rustLog: undefined },
  });
  expect(config?.auth?.algorithm === "HS256" && config.auth.secret.reveal()).toBe(strongSecret);
});

test.each(["DATABASE_URL", "REDIS_URL", "JWT_SECRET"])(
  "without %s the guide's sample is refused with its name",
  (name) => {
    const result = parse(guide, { ...requiredVariables, [name]: undefined });
    expect(messagesOf(result)).toEqual([`CONFIG_MISSING_VARIABLE environment variable '${name}' is not set.`]);
    expect(result).toMatchObject({ config: undefined, missingVariables: [name] });
  },
);

test.each([
  { name: "DATABASE_URL", value: "" },
  { name: "REDIS_URL", value: " \t" },
  { name: "JWT_SECRET", value: " " },
  { name: "DB_POOL_SIZE", value: "" },
])("$name set to `$value` is refused with its name", ({ name, value }) => {
  const result = parse(guide, { ...requiredVariables, [name]: value });
  expect(messagesOf(result)).toEqual([`CONFIG_MISSING_VARIABLE environment variable '${name}' is set but empty.`]);
  expect(result.missingVariables).toEqual([]);
});

test("all missing variables are reported together, in the order of the file", () => {
  expect(parse(guide, {}).missingVariables).toEqual(["DATABASE_URL", "REDIS_URL", "JWT_SECRET"]);
  expect(parse(guide, {}).diagnostics.map(({ span }) => span?.start.line)).toEqual([7, 11, 14]);
});

test("every key of the format is read", () => {
  const env = { OTHER_SECRET: strongSecret, HOOK_SECRET: strongSecret, PAYMENTS_SECRET: "short" };
  const { config, diagnostics } = parse(fixture("valid-every-key.yaml"), env);
  expect(diagnostics).toEqual([]);
  expect(config).toMatchObject({
    project: "Every key 1.0",
    port: 8080,
    workers: 4,
    server: {
      drainDelayMs: 5_000,
      graceMs: 60_000,
      requestTimeoutMs: 10_000,
      maxBodyBytes: 65_536,
      trustProxy: ["10.0.0.0/8", "fd00::1"],
    },
    cors: {
      origins: ["https://app.example.org", "http://localhost:5173"],
      credentials: true,
      maxAgeSeconds: 60,
    },
    databases: {
      default: {
        poolSize: 5,
        acquireTimeoutMs: 250,
        connectTimeoutMs: 2_000,
        queryTimeoutMs: 12_000,
        statementTimeoutMs: 10_000,
        idleInTransactionTimeoutMs: 60_000,
        preparedStatements: false,
      },
      analytics: { url: "postgres://localhost/analytics", poolSize: 20 },
    },
    migrations: { onPending: "warn" },
    auth: {
      algorithm: "HS256",
      secretEnv: "OTHER_SECRET",
      previousSecret: undefined,
      previousSecretUntil: Date.UTC(2027, 0, 31, 12),
      expirySeconds: 3_600,
      refreshExpirySeconds: 604_800,
      issuer: "https://api.example.org",
      audience: "blog",
      clockToleranceSeconds: 30,
    },
    rateLimit: {
      default: { maxRequests: 100, windowSeconds: 60 },
      auth: { maxRequests: 5, windowSeconds: 300 },
    },
    storage: { provider: "s3", bucket: "123", region: "eu-central-1" },
    logging: { level: "debug", format: "pretty", otlpEndpoint: "http://collector:4317", slowQueryMs: 250 },
    events: {
      subscribers: [
        {
          event: "users.created",
          targets: [
            { type: "job", name: "send_welcome" },
            { type: "webhook", url: "https://example.com/hook?token=hunter2" },
            { type: "hook", name: "audit" },
          ],
        },
        { event: "*.deleted", targets: [{ type: "job", name: "forget" }] },
      ],
      webhooks: {
        secretEnv: "HOOK_SECRET",
        timeoutSeconds: 10,
        maxRetries: 5,
        disableAfter: 20,
        allow: ["10.1.0.0/16"],
        allowHttp: true,
      },
      inbound: [
        { path: "/webhooks/payments", events: ["payment.succeeded"], signatureHeader: "Stripe-Signature" },
        { path: "/webhooks/other", events: [], signatureHeader: "X-Webhook-Signature" },
      ],
    },
    graphql: { depthLimit: 8, complexityLimit: 100 },
    grpc: { port: 50_052, reflection: false },
  });
  expect(config?.events?.inbound[0]?.secret.reveal()).toBe("short");
});

test("with only a name, everything else has its default", () => {
  const { config } = parse("project: x\ngraphql: {}\ngrpc: {}\nevents: { webhooks: {} }", {
    DATABASE_URL: "postgres://h/d",
    WEBHOOK_SECRET: strongSecret,
  });
  expect(config).toMatchObject({
    port: 3000,
    workers: "auto",
    server: { drainDelayMs: 0, graceMs: 20_000, requestTimeoutMs: 30_000, maxBodyBytes: 1_048_576 },
    cors: undefined,
    databases: { default: { engine: "postgres", url: "postgres://h/d", poolSize: 20 } },
    cache: undefined,
    auth: undefined,
    storage: undefined,
    logging: { level: "info", format: "json" },
    events: {
      subscribers: [],
      inbound: [],
      webhooks: { secretEnv: "WEBHOOK_SECRET", timeoutSeconds: 30, maxRetries: 3 },
    },
    protocols: ["rest"],
    graphql: { depthLimit: 16, complexityLimit: 256 },
    grpc: { port: 50_051, reflection: true },
  });
});

test("the result is frozen to the last object", () => {
  const { config } = parse(fixture("valid-guide.yaml"));
  expect(
    [config, config?.databases, config?.databases.default, config?.logging, config?.protocols].every(Object.isFrozen),
  ).toBe(true);
});

test.each([
  { what: "the variable beats the file", file: "port: 4000", env: { SHAPERAIL_PORT: "5000" }, port: 5000 },
  { what: "the variable beats the default", file: "", env: { SHAPERAIL_PORT: "5000" }, port: 5000 },
  { what: "the file beats the default", file: "port: 4000", env: {}, port: 4000 },
  { what: "nothing leaves the default", file: "", env: {}, port: 3000 },
  {
    what: "the variable may ask for any free port",
    file: "port: ${SHAPERAIL_PORT:3000}",
    env: { SHAPERAIL_PORT: "0" },
    port: 0,
  },
  { what: "a number is a number however it is written", file: "", env: { SHAPERAIL_PORT: "0x10" }, port: 16 },
])("of the ports, $what", ({ file, env, port }) => {
  expect(parse(`project: x\n${file}`, { DATABASE_URL: "postgres://h/d", ...env }).config?.port).toBe(port);
});

test.each([
  { key: "slowQueryMs", env: { SHAPERAIL_SLOW_QUERY_MS: "50" }, expected: 50 },
  { key: "otlpEndpoint", env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4317" }, expected: "http://other:4317" },
  { key: "otlpEndpoint", env: { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, expected: "http://collector:4317" },
] as const)("logging.$key follows $env", ({ key, env, expected }) => {
  const file = "project: x\nlogging: { slow_query_ms: 250, otlp_endpoint: http://collector:4317 }";
  expect(parse(file, { DATABASE_URL: "postgres://h/d", ...env }).config?.logging[key]).toBe(expected);
});

test("what only the environment says is in `environment`", () => {
  const { config } = parse("project: x", {
    DATABASE_URL: "postgres://h/d",
    NODE_ENV: "test",
    RUST_LOG: "info,shaperail_runtime=debug",
    OTEL_SERVICE_NAME: "orders",
    REDIS_URL: "redis://cache",
    DIRECT_DATABASE_URL: "postgres://direct/d",
    WEBHOOK_SECRET: "w",
    SHAPERAIL_RELEASE: "v1.4.0",
  });
  expect(config?.environment).toMatchObject({
    nodeEnv: "test",
    rustLog: "info,shaperail_runtime=debug",
    otelServiceName: "orders",
    redisUrl: "redis://cache",
    directDatabaseUrl: "postgres://direct/d",
    release: "v1.4.0",
  });
  expect(config?.environment.webhookSecret?.reveal()).toBe("w");
});

test.each([
  { env: { SHAPERAIL_PORT: "abc" }, message: "'SHAPERAIL_PORT' must be a whole number from 0 to 65535, found `abc`." },
  { env: { SHAPERAIL_PORT: "" }, message: "'SHAPERAIL_PORT' must be a whole number from 0 to 65535, found ``." },
  {
    env: { SHAPERAIL_PORT: "3000.5" },
    message: "'SHAPERAIL_PORT' must be a whole number from 0 to 65535, found `3000.5`.",
  },
  {
    env: { SHAPERAIL_PORT: "65536" },
    message: "'SHAPERAIL_PORT' must be a whole number from 0 to 65535, found `65536`.",
  },
  {
    env: { NODE_ENV: "prodution" },
    message:
      "'NODE_ENV' must be one of `development`, `production`, `test`, found `prodution`. Did you mean `production`?",
  },
  {
    env: { REDIS_URL: "http://:hunter2@x" },
    message:
      "'REDIS_URL' must be a URL that starts with `redis://` or `rediss://`, or with several hosts with `redis+sentinel://` or `redis+cluster://`.",
  },
  {
    env: { DATABASE_URL: "mysql://u:hunter2@h/d" },
    message: "'DATABASE_URL' must be a URL that starts with `postgresql://` or `postgres://`.",
  },
  {
    env: { SHAPERAIL_SLOW_QUERY_MS: "fast" },
    message: "'SHAPERAIL_SLOW_QUERY_MS' must be a whole number from 0 to 86400000, found `fast`.",
  },
])("the environment $env is refused", ({ env, message }) => {
  const result = parse("project: x", { DATABASE_URL: "postgres://h/d", ...env });
  expect(messagesOf(result)).toEqual([`CONFIG_INVALID_VARIABLE environment variable ${message}`]);
});

test("a wrong variable that the file repeats is reported once, at its place", () => {
  const { diagnostics } = parse(guide, { ...requiredVariables, SHAPERAIL_PORT: "x", REDIS_URL: "http://x" });
  expect(diagnostics.map(({ code, span }) => [code, span?.start.line])).toEqual([
    ["CONFIG_INVALID_VARIABLE", 2],
    ["CONFIG_INVALID_URL", 11],
  ]);
});

test("a wrong value in the file is reported even when a variable beats it", () => {
  const result = parse("project: x\nport: 99999", { DATABASE_URL: "postgres://h/d", SHAPERAIL_PORT: "4000" });
  expect(messagesOf(result)).toEqual([
    "CONFIG_INVALID_VALUE `port` must be a whole number from 1 to 65535, found the number 99999.",
  ]);
});

test.each([
  { value: "evil: true\nport: 1", what: "a line break and a key" },
  { value: "x # not a comment", what: "a comment" },
  { value: "{a: 1}", what: "a map" },
  { value: "[1, 2]", what: "a list" },
  { value: '"quoted"', what: "quotes" },
  { value: "&a *a !!str x", what: "an anchor and a tag" },
  { value: "${OTHER}", what: "a placeholder" },
])("a variable that holds $what is only text", ({ value }) => {
  for (const written of ["${BUCKET}", '"${BUCKET}"', "'${BUCKET}'"]) {
    const file = `project: x\nstorage:\n  provider: s3\n  bucket: ${written}\n# \${IN_A_COMMENT} \${`;
    const { config, diagnostics } = parse(file, { DATABASE_URL: "postgres://h/d", BUCKET: value });
    expect(diagnostics).toEqual([]);
    expect(config?.storage?.bucket).toBe(value);
  }
});

test.each([
  { written: "pool_size: ${SIZE:20}", env: {}, poolSize: 20 },
  { written: "pool_size: ${SIZE:20}", env: { SIZE: "7" }, poolSize: 7 },
  { written: "pool_size: ${SIZE:${OTHER:30}}", env: { OTHER: "8" }, poolSize: 8 },
  { written: "pool_size: 1${ZERO}", env: { ZERO: "0" }, poolSize: 10 },
])("`$written` with $env is the number $poolSize", ({ written, env, poolSize }) => {
  const file = `project: x\ndatabases:\n  default:\n    engine: postgres\n    url: postgres://h/d\n    ${written}`;
  expect(parse(file, env).config?.databases.default.poolSize).toBe(poolSize);
});

test("a quoted placeholder stays text, so it is no number", () => {
  expect(messagesOf(parse('project: x\nport: "${PORT:3000}"'))).toEqual([
    "CONFIG_WRONG_TYPE `port` must be a whole number from 1 to 65535, found the text `3000`.",
  ]);
});

test("text stays text when a variable holds digits", () => {
  expect(parse("project: ${NAME}", { ...requiredVariables, NAME: "123" }).config?.project).toBe("123");
});

test("a value that came from a variable is in no message: it may be a secret in the wrong place", () => {
  const { diagnostics } = parse("project: x\nport: ${JWT_SECRET}\nworkers: ${JWT_SECRET}\nlogging: ${JWT_SECRET}");
  expect(diagnostics).toHaveLength(3);
  expect(JSON.stringify(diagnostics)).not.toContain(strongSecret);
});

test("a missing variable named in many places is one mistake, and spoils only its own values", () => {
  const result = parse('project: ${X}\nport: ${X}\nlogging: ${X}\nprotocols: ["${X}"]\nworkers: none');
  expect(messagesOf(result)).toEqual([
    "CONFIG_MISSING_VARIABLE environment variable 'X' is not set.",
    "CONFIG_INVALID_VALUE `workers` must be `auto` or a whole number from 1 to 1024, found the text `none`.",
  ]);
});

test("fallbacks fill in for variables, also for the secret and for DATABASE_URL", () => {
  const file = "project: x\nauth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h }";
  const fallbacks = { DATABASE_URL: "postgres://fallback/d", JWT_SECRET: strongSecret };
  const { config, missingVariables } = parseConfig(file, { file: "f", env: {}, fallbacks });
  expect(missingVariables).toEqual([]);
  expect(config?.databases.default.url).toBe("postgres://fallback/d");
  expect(config?.auth?.algorithm === "HS256" && config.auth.secret.reveal()).toBe(strongSecret);
});

test.each([
  { env: {}, severity: "warning" },
  { env: { NODE_ENV: "test" }, severity: "warning" },
  { env: { NODE_ENV: "production" }, severity: "error" },
])("with $env a weak secret is $severity", ({ env, severity }) => {
  const { config, diagnostics } = parse(guide, { ...requiredVariables, JWT_SECRET: "hunter2", ...env });
  expect(diagnostics).toMatchObject([{ code: "CONFIG_WEAK_SECRET", severity }]);
  expect(config === undefined).toBe(severity === "error");
});

test.each([
  { text: "projekt: x", message: "Did you mean `project`?" },
  { text: "project: x\ndatabase: {}", message: "write `databases:` and put the connection under `default:`" },
  {
    text: "project: x\ncache: { kind: redis }",
    message: "unknown field `kind`, expected one of `type`, `url`, `near`.",
  },
  { text: "project: x\nevents: { webhook: {} }", message: "Did you mean `webhooks`?" },
  { text: "project: x\n__proto__: {}", message: "unknown field `__proto__`" },
  { text: "project: x\nconstructor: { prototype: 1 }", message: "unknown field `constructor`" },
  { text: "project: x\n${JWT_SECRET}: 1", message: "unknown field `${JWT_SECRET}`" },
])("an unknown key is refused: $text", ({ text, message }) => {
  const { diagnostics } = parse(text);
  expect(diagnostics.find(({ code }) => code === "CONFIG_UNKNOWN_KEY")?.message).toContain(message);
});

test.each([
  { text: "[]", code: "CONFIG_WRONG_TYPE", message: "The file must be a map of keys." },
  { text: "", code: "CONFIG_SYNTAX", message: "The file is empty." },
  { text: "port: 1", code: "CONFIG_MISSING_KEY", message: "missing field `project`." },
  { text: "project:", code: "CONFIG_WRONG_TYPE", message: "`project` must be" },
  { text: "project: 5", code: "CONFIG_WRONG_TYPE", message: "found the number 5." },
  { text: 'project: " "', code: "CONFIG_INVALID_VALUE", message: "`project` must be a name" },
  { text: "project: ../x", code: "CONFIG_INVALID_VALUE", message: "`project` must be a name" },
  { text: "project: x\nport: 0", code: "CONFIG_INVALID_VALUE", message: "from 1 to 65535, found the number 0." },
  { text: 'project: x\nport: "3000"', code: "CONFIG_WRONG_TYPE", message: "found the text `3000`." },
  { text: "project: x\nport: 3000x", code: "CONFIG_WRONG_TYPE", message: "found the text `3000x`." },
  { text: "project: x\nport: 99999999999999999999", code: "CONFIG_WRONG_TYPE", message: "`port` must be" },
  { text: "project: x\nworkers: []", code: "CONFIG_WRONG_TYPE", message: "`workers` must be `auto` or a whole number" },
  { text: "project: x\nworkers: 0", code: "CONFIG_INVALID_VALUE", message: "`workers` must be" },
  { text: "project: x\nprotocols: rest", code: "CONFIG_WRONG_TYPE", message: "`protocols` must be a list" },
  { text: "project: x\nprotocols: []", code: "CONFIG_INVALID_VALUE", message: "a list of at least 1" },
  {
    text: "project: x\nprotocols: [rest, graphql]",
    code: "CONFIG_UNSUPPORTED",
    message: "not available yet in this version",
  },
  { text: "project: x\ncache:", code: "CONFIG_WRONG_TYPE", message: "`cache` must be a map, found nothing." },
  {
    text: "project: x\ncache: { type: memcached, url: redis://h }",
    code: "CONFIG_INVALID_VALUE",
    message: "`cache.type` must be `redis`",
  },
  {
    text: "project: x\ncache: { type: redis, url: 'redis://' }",
    code: "CONFIG_INVALID_URL",
    message: "`cache.url` must be a URL",
  },
  {
    text: "project: x\nauth: { provider: jwt, secret_env: 'not a name!', expiry: 1h }",
    code: "CONFIG_INVALID_VALUE",
    message: "never the secret itself",
  },
  {
    text: "project: x\nauth: { provider: jwt, secret_env: JWT_SECRET, expiry: 90 }",
    code: "CONFIG_WRONG_TYPE",
    message: "`auth.expiry` must be a duration",
  },
  {
    text: "project: x\nauth: { provider: jwt, secret_env: JWT_SECRET, expiry: 0s }",
    code: "CONFIG_INVALID_VALUE",
    message: "`auth.expiry` must be a duration",
  },
  { text: "project: x\nstorage: { provider: s4 }", code: "CONFIG_INVALID_VALUE", message: "Did you mean `s3`?" },
  {
    text: "project: x\ngrpc: { reflection: yes }",
    code: "CONFIG_WRONG_TYPE",
    message: "`grpc.reflection` must be true or false, found the text `yes`.",
  },
  {
    text: "project: x\nevents: { subscribers: {} }",
    code: "CONFIG_WRONG_TYPE",
    message: "`events.subscribers` must be a list, found a map.",
  },
  {
    text: "project: x\nevents: { subscribers: [x] }",
    code: "CONFIG_WRONG_TYPE",
    message: "`events.subscribers[0]` must be a map",
  },
  {
    text: "project: x\nevents: { subscribers: [{ event: a }] }",
    code: "CONFIG_MISSING_KEY",
    message: "missing field `targets`",
  },
  {
    text: "project: x\nevents: { subscribers: [{ event: a, targets: [] }] }",
    code: "CONFIG_MISSING_KEY",
    message: "missing field `targets`",
  },
  {
    text: "project: x\nevents: { subscribers: [{ event: a, targets: [{ type: job, url: x, name: y }] }] }",
    code: "CONFIG_UNKNOWN_KEY",
    message: "expected one of `type`, `name`.",
  },
  {
    text: "project: x\nevents: { webhooks: { } }",
    code: "CONFIG_MISSING_VARIABLE",
    message: "'WEBHOOK_SECRET' is not set",
  },
  {
    text: "project: x\nevents: { inbound: [{ path: x, secret_env: JWT_SECRET }] }",
    code: "CONFIG_INVALID_VALUE",
    message: "a path that starts with `/`",
  },
])("$text is $code", ({ text, code, message }) => {
  const { config, diagnostics } = parse(text);
  expect(config).toBeUndefined();
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  expect(diagnostics[0]?.message).toContain(message);
});

test.each([
  { databases: "{}", messages: ["missing field `default` in `databases`."] },
  {
    databases: "{ main: { engine: postgres, url: 'postgres://h/d' } }",
    messages: ["missing field `default` in `databases`."],
  },
  { databases: "[]", messages: ["`databases` must be a map, found a list."] },
  {
    databases: "{ default: postgres://h/d }",
    messages: ["`databases.default` must be a map, found the text `postgres://h/d`."],
  },
  { databases: "{ default: { url: 'postgres://h/d' } }", messages: ["missing field `engine` in `databases.default`."] },
  {
    databases: "{ default: { engine: postgress, url: 'redis://u:hunter2@h', pool_size: 0 } }",
    messages: [
      "`databases.default.engine` must be `postgres`, found the text `postgress`. Did you mean `postgres`?",
      "`databases.default.url` must be a URL that starts with `postgresql://` or `postgres://`.",
      "`databases.default.pool_size` must be a whole number from 1 to 1000, found the number 0.",
    ],
  },
  {
    databases:
      "{ default: { engine: postgres, url: 'postgres://h/d' }, Bad-Name: { engine: mysql, url: 'postgres://h/d' } }",
    messages: [
      "`Bad-Name` cannot be the name of a connection.",
      "`databases.Bad-Name.engine` must be `postgres`, found `mysql`. This implementation serves PostgreSQL.",
    ],
  },
])("databases: $databases is refused", ({ databases, messages }) => {
  expect(parse(`project: x\ndatabases: ${databases}`).diagnostics.map(({ message }) => message)).toEqual(messages);
});

test.each([
  "postgresql:///d?host=/run",
  "postgresql://user@/d?host=/run",
  "postgres://u:p%40@[::1]:5432/d?sslmode=require",
])("%s is a URL of a database", (url) => {
  expect(parse("project: x", { DATABASE_URL: url }).config?.databases.default.url).toBe(url);
});

test("a file of more than 131072 characters is refused unread", () => {
  const { diagnostics } = parse(`project: x\n${"#".repeat(131_072)}`);
  expect(diagnostics).toMatchObject([
    { code: "CONFIG_SYNTAX", message: "The file is longer than 131072 characters.", example: expect.any(String) },
  ]);
});
