import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Tests run from sources: the condition maps every @shaperail import to src/, so nothing needs a build first.
// Without "import": it would reach Node as a flag and break the `require` calls inside CommonJS packages.
const resolve = { conditions: ["@shaperail/source", "node"] };
// `ssr` resolves for test files, `__vitest__` for the global set-up.
const fromSource = { resolve, ssr: { resolve }, environments: { __vitest__: { resolve } } };

export default defineConfig({
  test: {
    // Vitest leaves one processor free; most tests wait for a server rather than compute, and two at a time halve the run on a machine with two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        ...fromSource,
        test: {
          name: "unit",
          include: ["{packages,apps,tooling}/*/src/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts"],
          testTimeout: 10_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: "integration",
          include: ["{packages,apps,tooling}/*/src/**/*.integration.test.ts"],
          // Starts PostgreSQL and Redis when the first test asks for them, and stops them at the end.
          globalSetup: ["tooling/test-services/src/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
