// Inside the repository the command runs from its TypeScript sources: nothing to build, nothing stale.
// The published package's `bin` is dist/main.js (see publishConfig).
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, nextResolve) {
    return nextResolve(specifier, { ...context, conditions: [...context.conditions, "@shaperail/source"] });
  },
});
await import("../src/main.ts");
