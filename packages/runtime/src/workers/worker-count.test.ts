import { parseConfig, type ProjectConfig } from "@shaperail/config";
import { expect, test } from "vitest";
import { sharePools } from "./share-pools.ts";
import { workerCount } from "./worker-count.ts";

function configOf(workers: string, poolSizes: Readonly<Record<string, number>>): ProjectConfig {
  const databases = Object.entries(poolSizes).map(
    ([name, size]) => `  ${name}: { engine: postgres, url: "postgresql://u:p@h/d", pool_size: ${size} }`,
  );
  const text = ["project: x", `workers: ${workers}`, "databases:", ...databases, ""].join("\n");
  const { config } = parseConfig(text, { file: "shaperail.config.yaml", env: {} });
  if (config === undefined) throw new Error("The configuration of the test has mistakes.");
  return config;
}

interface Row {
  readonly workers: string;
  readonly parallelism: number;
  readonly poolSizes: Readonly<Record<string, number>>;
  readonly expected: number;
}

test.each<Row>([
  { workers: "auto", parallelism: 4, poolSizes: { default: 20 }, expected: 4 },
  { workers: "auto", parallelism: 1, poolSizes: { default: 20 }, expected: 1 },
  { workers: "3", parallelism: 8, poolSizes: { default: 20 }, expected: 3 },
  { workers: "8", parallelism: 1, poolSizes: { default: 20 }, expected: 8 },
  { workers: "8", parallelism: 8, poolSizes: { default: 5 }, expected: 5 },
  { workers: "auto", parallelism: 8, poolSizes: { default: 20, analytics: 2 }, expected: 2 },
])(
  "workers $workers on $parallelism processors with pools $poolSizes are $expected processes",
  ({ workers, parallelism, poolSizes, expected }) => {
    expect(workerCount(configOf(workers, poolSizes), { parallelism: () => parallelism })).toBe(expected);
  },
);

test.each([
  { size: 20, count: 1, shares: [20] },
  { size: 20, count: 4, shares: [5, 5, 5, 5] },
  { size: 20, count: 3, shares: [8, 6, 6] },
  { size: 5, count: 4, shares: [2, 1, 1, 1] },
  { size: 4, count: 4, shares: [1, 1, 1, 1] },
])("$size connections among $count processes are $shares", ({ size, count, shares }) => {
  const config = configOf(String(count), { default: size, other: 12 });
  const given = shares.map((_share, index) => sharePools(config, { number: index + 1, count }).databases);
  expect(given.map((databases) => databases.default.poolSize)).toEqual(shares);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(size);
  expect(given.reduce((sum, databases) => sum + (databases["other"]?.poolSize ?? 0), 0)).toBe(12);
});
