import fc from "fast-check";
import { expect, test } from "vitest";
import { parseConfig, type ParsedConfig } from "./parse-config.ts";

const env = { DATABASE_URL: "postgres://h/d", A: "x: [1]\n- y", B: "5", JWT_SECRET: "s" };

/** A configuration, or at least one error; never both, never neither. */
function isSettled({ config, diagnostics }: ParsedConfig): boolean {
  return (config === undefined) === diagnostics.some(({ severity }) => severity === "error");
}

function expectSettled(text: string): void {
  expect(isSettled(parseConfig(text, { file: "f", env }))).toBe(true);
}

const words = [
  ..."project port workers databases default engine postgres url pool_size cache auth provider secret_env expiry".split(
    " ",
  ),
  ..."events subscribers targets type webhooks inbound logging level 3000 auto JWT_SECRET 24h null true ~ __proto__".split(
    " ",
  ),
];
const marks = [
  ": ",
  "\n",
  "\n  ",
  "\n    ",
  "- ",
  "{",
  "}",
  "[",
  "]",
  ", ",
  "${A}",
  "${B:1}",
  "${",
  "}",
  "$${",
  "#",
  "'",
  '"',
];
const yamlLike = fc.array(
  fc.constantFrom(...words, ...marks, "&a ", "*a", "!!map ", "<<: ", "|\n", "\t", "\u0000", "é"),
  {
    maxLength: 60,
  },
);

test("any text ends in a configuration or in errors", () => {
  expect.hasAssertions();
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), expectSettled));
});

test("any text that looks like a configuration ends in a configuration or in errors", () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(yamlLike, (pieces) => expectSettled(pieces.join(""))),
    { numRuns: 500 },
  );
});

const scalar = fc.oneof(
  fc.constantFrom("postgres", "redis://h", "postgres://h/d", "${A}", "${B}", "1h"),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie("tree"), { maxKeys: 5 }),
  ),
}));

test("any tree of known keys ends in a configuration or in errors", () => {
  expect.hasAssertions();
  // JSON is YAML: the tree arrives exactly as it was made.
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...words), tree, { maxKeys: 8 }), (root) =>
      expectSettled(JSON.stringify({ project: "x", ...root })),
    ),
    { numRuns: 300 },
  );
});

test("any environment ends in a configuration or in errors, and never changes another key", () => {
  const value = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(
      fc.record({ DATABASE_URL: value, SHAPERAIL_PORT: value, NODE_ENV: value, BUCKET: value }, { requiredKeys: [] }),
      (values) => {
        const text = 'project: x\nstorage: { provider: local, bucket: "${BUCKET:b}" }\n';
        const result = parseConfig(text, { file: "f", env: values });
        expect(isSettled(result)).toBe(true);
        expect(result.config?.project ?? "x").toBe("x");
      },
    ),
  );
});
