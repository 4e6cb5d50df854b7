import { defineConfig } from "vitest/config";

// Tests run from sources: the condition maps every @shaperail import to src/, so nothing needs a build first.
const conditions = ["@shaperail/source"];
const resolve = { conditions: [...conditions, "node", "import", "module", "default"] };
const ssr = { resolve };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: ["{packages,apps,tooling}/*/src/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts"],
          testTimeout: 10_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "integration",
          include: ["{packages,apps,tooling}/*/src/**/*.integration.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
