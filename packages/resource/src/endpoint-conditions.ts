import type { ResourceRuleCode } from "./catalogue.ts";
import type { Condition } from "./condition.ts";
import { ACTION_KEYS, type ActionKey, CONVENTIONS } from "./endpoint-kind.ts";
import type { EndpointKind } from "./model.ts";

const CODE_BY_KEY: Readonly<Partial<Record<ActionKey, ResourceRuleCode>>> = {
  handler: "SR046",
  upload: "SR050",
  cache: "SR064",
};

/** Which parameters a path may have, by what the endpoint acts on. */
const PATH_BY_TARGET = {
  collection: /^[^:]*$/,
  row: /^[^:]*\/:id(?:\/[^:]*)?$/,
  // No parameter twice.
  own: /^(?!.*:([A-Za-z0-9_]+)(?:\/.*)?\/:\1(?:\/|$))/,
} as const;

/** What an endpoint of this kind needs and refuses. */
export function endpointConditions(kind: EndpointKind): readonly Condition[] {
  const { methods, target, explicit, keys } = CONVENTIONS[kind];
  const refused = ACTION_KEYS.filter((key) => !keys.includes(key));
  return [
    { code: "SR037", needs: ["auth"] },
    ...(explicit
      ? ([
          { code: "SR047", needs: ["method"] },
          { code: "SR048", needs: ["path"] },
        ] as const)
      : []),
    ...refused.map((key): Condition => ({ code: CODE_BY_KEY[key] ?? "SR065", refuses: [key] })),
    { code: "SR049", limits: { key: "method", to: methods } },
    { code: "SR058", matches: { key: "path", pattern: PATH_BY_TARGET[target] } },
    ...(kind === "custom" ? CUSTOM_CONDITIONS : []),
  ];
}

const CUSTOM_CONDITIONS: readonly Condition[] = [
  { code: "SR075", needs: ["handler"] },
  { code: "SR064", when: { key: "method", isNot: ["GET"] }, refuses: ["cache"] },
  { code: "SR050", when: { key: "method", is: ["GET", "DELETE"] }, refuses: ["upload"] },
  { code: "SR065", when: { key: "method", is: ["GET", "DELETE"] }, refuses: ["input"] },
  // Events and jobs follow a write.
  { code: "SR065", when: { key: "method", is: ["GET"] }, refuses: ["events", "jobs", "subscribers"] },
];
