import { fileURLToPath } from "node:url";
import { ShaperailError } from "@shaperail/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runWithLogContext } from "./log-context.ts";
import { createLogger, type LoggerOptions } from "./logger.ts";

const noon = Date.UTC(2026, 2, 17, 12);

interface Recorded extends ReturnType<typeof createLogger> {
  readonly lines: string[];
  last(): Record<string, unknown>;
}

function recording(options: LoggerOptions = {}): Recorded {
  const lines: string[] = [];
  const logger = createLogger({ destination: (line) => void lines.push(line), clock: () => noon, ...options });
  return { ...logger, lines, last: () => JSON.parse(lines.at(-1) ?? "null") };
}

test("a line has timestamp, level, request id, target and message, in that order, then its fields", () => {
  const { child, lines } = recording();
  runWithLogContext({ request_id: "abc-123", user_id: "u1" }, () => {
    child("shaperail_runtime::handlers").info("GET /v1/users 200 12ms", { status: 200, cached: false });
  });
  expect(lines).toEqual([
    '{"timestamp":"2026-03-17T12:00:00.000Z","level":"INFO","request_id":"abc-123",' +
      '"target":"shaperail_runtime::handlers","message":"GET /v1/users 200 12ms","user_id":"u1","status":200,"cached":false}\n',
  ]);
});

test("outside of a request there is no request id, and the target is the logger's", () => {
  const { warn, lines } = recording({ target: "my_app" });
  warn("x");
  expect(lines).toEqual(['{"timestamp":"2026-03-17T12:00:00.000Z","level":"WARN","target":"my_app","message":"x"}\n']);
});

test("contexts nest, follow what is awaited, and a line's own fields come first", async () => {
  const logger = recording();
  await runWithLogContext({ request_id: "outer", a: 1 }, async () => {
    await Promise.resolve();
    await runWithLogContext({ request_id: "inner" }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      logger.info("in", { a: 2 });
    });
    expect(logger.last()).toMatchObject({ request_id: "inner", a: 2 });
    logger.info("out");
    expect(logger.last()).toMatchObject({ request_id: "outer", a: 1 });
  });
});

test.each([
  { level: "info", shown: ["error", "warn", "info"] },
  { level: "trace", shown: ["error", "warn", "info", "debug", "trace"] },
  { level: "error", shown: ["error"] },
  { level: "off", shown: [] },
  { level: "off,shaperail_runtime=warn", shown: ["error", "warn"] },
])("level $level writes $shown", ({ level, shown }) => {
  const logger = recording({ level });
  for (const name of ["error", "warn", "info", "debug", "trace"] as const) logger[name](name);
  expect(logger.lines.map((line) => JSON.parse(line).message)).toEqual(shown);
});

test("a child has the threshold of its own target", () => {
  const logger = recording({ level: "warn,shaperail_runtime::db=debug" });
  logger.child("shaperail_runtime::db").debug("shown");
  logger.child("shaperail_runtime::db").child("shaperail_runtime::cache").info("hidden");
  expect(logger.lines.map((line) => JSON.parse(line).target)).toEqual(["shaperail_runtime::db"]);
});

test("a filter that is not understood is reported, and info is shown", () => {
  const logger = recording({ level: "shaperail_runtime=verbose" });
  expect(logger.last()).toMatchObject({ level: "WARN", invalid: ["shaperail_runtime=verbose"] });
  logger.info("shown");
  expect(logger.last()).toMatchObject({ message: "shown" });
});

test("an error is written with code, message, hint, stack and cause, and with nothing else that hangs on it", () => {
  const cause = Object.assign(new Error("connect postgres://ann:hunter2@db:5432/app"), { password: "hunter2" });
  const error = new ShaperailError("The database did not answer.", {
    code: "DB_UNAVAILABLE",
    hint: "Start it.",
    cause,
  });
  const logger = recording();
  logger.error("failed", { error });
  expect(logger.last()["error"]).toEqual({
    code: "DB_UNAVAILABLE",
    message: "The database did not answer.",
    hint: "Start it.",
    stack: expect.stringContaining("logger.test.ts"),
    cause: { message: "connect postgres://***@db:5432/app", stack: expect.any(String) },
  });
  expect(logger.lines.join("")).not.toContain("hunter2");
});

const circular: Record<string, unknown> = { a: 1 };
circular["self"] = circular;
const deep = Array.from({ length: 5_000 }).reduce<unknown>((inner) => [inner], 1);

test.each([
  { what: "a bigint", value: 9_007_199_254_740_993n, shown: "9007199254740993" },
  { what: "a circle", value: circular, shown: { a: 1, self: "[circular]" } },
  { what: "the same object twice", value: [noon, noon], shown: [noon, noon] },
  { what: "NaN", value: Number.NaN, shown: "NaN" },
  { what: "a date", value: new Date(noon), shown: "2026-03-17T12:00:00.000Z" },
  { what: "an invalid date", value: new Date(Number.NaN), shown: "Invalid Date" },
  { what: "a map", value: new Map([["a", 1n]]), shown: { a: "1" } },
  { what: "a set", value: new Set([1]), shown: [1] },
  { what: "bytes", value: Buffer.from("secret"), shown: "[6 bytes]" },
  { what: "a function", value: function work(): void {}, shown: "[function work]" },
  { what: "a symbol", value: Symbol("x"), shown: "Symbol(x)" },
  { what: "null", value: null, shown: null },
  { what: "undefined", value: undefined, shown: undefined },
  {
    what: "a getter that throws",
    value: {
      get a() {
        throw new Error("x");
      },
    },
    shown: "[unreadable]",
  },
  {
    what: "an aggregate",
    value: new AggregateError([1n], "several"),
    shown: expect.objectContaining({ errors: ["1"] }),
  },
])("$what can be logged", ({ value, shown }) => {
  const logger = recording();
  logger.info("x", { value });
  expect(logger.last()["value"]).toEqual(shown);
});

test("a value nested without end is cut", () => {
  const logger = recording();
  logger.info("x", { deep });
  expect(logger.lines[0]).toContain("[too deep]");
});

test("a field named like a part of the line gets another name", () => {
  const logger = recording();
  logger.info("real", { message: "fake", level: "ERROR", timestamp: 0, target: "x" });
  expect(logger.last()).toMatchObject({
    message: "real",
    level: "INFO",
    message_: "fake",
    level_: "ERROR",
    target_: "x",
  });
});

test("a message of a megabyte is cut at 64 Ki characters and says so", () => {
  const logger = recording();
  logger.info("a".repeat(1_048_576), { text: "b".repeat(1_048_576) });
  expect(logger.lines[0]?.length).toBeLessThan(140_000);
  expect(logger.last()["message"]).toMatch(/^a{65536}… \(983040 more\)$/);
});

test("a line that would be longer than 256 Ki characters is written without its fields", () => {
  const logger = recording();
  runWithLogContext({ request_id: "r" }, () =>
    logger.info("x", { texts: Array.from({ length: 10 }, () => "a".repeat(60_000)) }),
  );
  expect(logger.last()).toMatchObject({ request_id: "r", message: "x", fields: "[dropped: too long]" });
});

test("a file that cannot be opened is an error that says so", () => {
  const file = fileURLToPath(import.meta.url);
  expect(() => createLogger({ destination: `${file}/app.log` })).toThrow(
    expect.objectContaining({
      name: "LoggingError",
      code: "LOGGING_DESTINATION_UNAVAILABLE",
      message: `The log cannot be written to ${file}/app.log.`,
      cause: expect.any(Error),
    }),
  );
});

test("whatever is logged is one line of JSON", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.anything({ withBigInt: true, withDate: true, withMap: true }),
      (text, value) => {
        const logger = recording();
        logger.info(text, { value, [text]: text });
        expect(logger.lines).toHaveLength(1);
        expect(logger.lines[0]?.indexOf("\n")).toBe((logger.lines[0]?.length ?? 0) - 1);
        expect(logger.last()).toMatchObject({ level: "INFO", target: "shaperail_runtime" });
      },
    ),
  );
});

test("a line break or a control sequence cannot forge a line", () => {
  const logger = recording();
  logger.info('x\r\n{"level":"ERROR","message":"forged"}\u001B[2J', { request_id: '"}\n{"level":"ERROR"' });
  expect(logger.lines).toHaveLength(1);
  const characters = Array.from(logger.lines[0]?.trimEnd() ?? "");
  expect(characters.filter((character) => character < " ")).toEqual([]);
});

test("redact sees the fields and those of the context, and what it returns is written", () => {
  const logger = recording({ redact: (fields) => ({ ...fields, email: "[REDACTED]" }) });
  runWithLogContext({ request_id: "r", email: "b@x" }, () => logger.info("x", { email: "a@x" }));
  expect(logger.last()).toMatchObject({ request_id: "r", email: "[REDACTED]" });
});

test("when redact fails, the line is written without its fields", () => {
  const logger = recording({
    redact: () => {
      throw new Error("x");
    },
  });
  logger.info("still said", { email: "a@x" });
  expect(logger.last()).toMatchObject({ message: "still said", fields: "[dropped: redaction failed]" });
  expect(logger.lines[0]).not.toContain("a@x");
});

test("after close nothing is written, and closing twice is closing once", async () => {
  const logger = recording();
  const first = logger.close();
  expect(logger.close()).toBe(first);
  await first;
  logger.info("late");
  expect(logger.lines).toEqual([]);
});

test("pretty is a line for people, without colours unless asked", () => {
  const logger = recording({ format: "pretty" });
  logger.info("GET /v1/users 200 12ms", { request_id: "abc", note: "two words", n: 1 });
  expect(logger.lines).toEqual([
    '2026-03-17T12:00:00.000Z  INFO shaperail_runtime: GET /v1/users 200 12ms request_id=abc note="two words" n=1\n',
  ]);
  const coloured = recording({ format: "pretty", color: true });
  coloured.error("x");
  expect(coloured.lines[0]).toContain("\u001B[31mERROR\u001B[0m");
});

test("pretty shows the stack, the hint and the causes of an error on lines of their own", () => {
  const logger = recording({ format: "pretty" });
  const error = new ShaperailError("outer", { code: "A_B", hint: "Do this.", cause: new Error("inner") });
  logger.error("failed", { error });
  const [text = ""] = logger.lines;
  expect(text).toMatch(/^\S+ ERROR shaperail_runtime: failed error="outer"\n {4}ShaperailError: outer\n/);
  expect(text).toMatch(/\n {4}hint: Do this\.\n {4}caused by:\n {4}Error: inner\n/);
});

test("pretty shows control characters instead of obeying them", () => {
  const logger = recording({ format: "pretty" });
  logger.info("a\nb\u001B[2J\u009B", { text: "\u001B[2J" });
  expect(logger.lines).toEqual([
    '2026-03-17T12:00:00.000Z  INFO shaperail_runtime: a\\nb\\u001b[2J\\u009b text="\\u001b[2J"\n',
  ]);
});
