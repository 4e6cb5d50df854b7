/**
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands  Run one after another; the first that fails fails the step.
 * @property {number} timeoutSeconds  Then the step's whole process group is ended.
 * @property {boolean} [quick]  Part of `npm run test:quick`.
 * @property {boolean} [tests]  A vitest run: counted by its tests instead of as one check.
 */

/** @type {(project: string) => string[]} */
const vitest = (project) => ["vitest", "run", "--project", project];
/** @type {(task: string) => string[]} */
const turbo = (task) => ["turbo", "run", task, "--output-logs=errors-only", "--continue"];

/**
 * Every check of the repository, cheap ones first.
 *
 * @internal exported for its tests
 * @type {readonly Step[]}
 */
export const STEPS = [
  { name: "lint", quick: true, timeoutSeconds: 120, commands: [["oxlint", "--type-aware", "--deny-warnings"]] },
  { name: "format", quick: true, timeoutSeconds: 60, commands: [["oxfmt", "--check"]] },
  { name: "manifests", timeoutSeconds: 60, commands: [["sherif"]] },
  { name: "unused", timeoutSeconds: 120, commands: [["knip"], ["knip", "--production"]] },
  { name: "graph", quick: true, timeoutSeconds: 60, commands: [["node", "tooling/check-graph/src/main.ts"]] },
  {
    name: "docs",
    timeoutSeconds: 180,
    commands: [["node", "--conditions=@shaperail/source", "tooling/check-docs/src/main.ts", "--check"]],
  },
  { name: "types", quick: true, timeoutSeconds: 300, commands: [turbo("typecheck")] },
  { name: "packages", timeoutSeconds: 300, commands: [turbo("build"), turbo("check:package")] },
  { name: "unit", quick: true, tests: true, timeoutSeconds: 300, commands: [vitest("unit")] },
  { name: "services", timeoutSeconds: 180, commands: [["node", "tooling/test-services/src/prepare.ts"]] },
  { name: "integration", tests: true, timeoutSeconds: 720, commands: [vitest("integration")] },
];

/**
 * The steps that `args` ask for: all without arguments.
 *
 * @param {readonly string[]} args
 * @param {readonly Step[]} [steps]
 */
export function selectSteps(args, steps = STEPS) {
  const quickOnly = args.includes("--quick");
  const names = args.filter((arg) => arg !== "--quick");
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `Unknown: ${unknown.join(", ")}. Use --quick or any of ${steps.map(({ name }) => name).join(", ")}.`,
    );
  }
  return steps.filter((step) => (!quickOnly || step.quick) && (names.length === 0 || names.includes(step.name)));
}
