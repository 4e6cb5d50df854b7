import { expect, test } from "vitest";
import { type AccessRule, decide } from "./decide.ts";

const everyone: AccessRule = { kind: "public" };
const editors: AccessRule = { kind: "restricted", roles: ["editor"], owner: false };
const owners: AccessRule = { kind: "restricted", roles: [], owner: true };
const editorsAndOwners: AccessRule = { kind: "restricted", roles: ["editor"], owner: true };
const superAdmins: AccessRule = { kind: "restricted", roles: ["super_admin"], owner: false };
const nobody: AccessRule = { kind: "restricted", roles: [], owner: false };
const rules = { everyone, editors, owners, editorsAndOwners, superAdmins, nobody };

const subjects = {
  anonymous: undefined,
  editor: { sub: "u1", role: "editor", tenantId: undefined },
  "editor of t1": { sub: "u1", role: "editor", tenantId: "t1" },
  viewer: { sub: "u2", role: "viewer", tenantId: undefined },
  "viewer of t1": { sub: "u2", role: "viewer", tenantId: "t1" },
  super_admin: { sub: "u3", role: "super_admin", tenantId: undefined },
  "super_admin of t1": { sub: "u3", role: "super_admin", tenantId: "t1" },
} as const;

type Outcome = number | "all" | { readonly owner?: string; readonly tenant?: string };

// One row per caller and rule: without a tenant key, and with one.
const table: readonly [keyof typeof subjects, keyof typeof rules, Outcome, Outcome][] = [
  ["anonymous", "everyone", "all", 403],
  ["anonymous", "editors", 401, 401],
  ["anonymous", "owners", 401, 401],
  ["anonymous", "editorsAndOwners", 401, 401],
  ["anonymous", "superAdmins", 401, 401],
  ["anonymous", "nobody", 401, 401],
  ["editor", "everyone", "all", 403],
  ["editor", "editors", "all", 403],
  ["editor", "owners", { owner: "u1" }, 403],
  ["editor", "editorsAndOwners", "all", 403],
  ["editor", "superAdmins", 403, 403],
  ["editor", "nobody", 403, 403],
  ["editor of t1", "everyone", "all", { tenant: "t1" }],
  ["editor of t1", "editors", "all", { tenant: "t1" }],
  ["editor of t1", "owners", { owner: "u1" }, { owner: "u1", tenant: "t1" }],
  ["editor of t1", "editorsAndOwners", "all", { tenant: "t1" }],
  ["editor of t1", "superAdmins", 403, 403],
  ["editor of t1", "nobody", 403, 403],
  ["viewer", "everyone", "all", 403],
  ["viewer", "editors", 403, 403],
  ["viewer", "owners", { owner: "u2" }, 403],
  ["viewer", "editorsAndOwners", { owner: "u2" }, 403],
  ["viewer", "superAdmins", 403, 403],
  ["viewer", "nobody", 403, 403],
  ["viewer of t1", "everyone", "all", { tenant: "t1" }],
  ["viewer of t1", "editors", 403, 403],
  ["viewer of t1", "owners", { owner: "u2" }, { owner: "u2", tenant: "t1" }],
  ["viewer of t1", "editorsAndOwners", { owner: "u2" }, { owner: "u2", tenant: "t1" }],
  ["viewer of t1", "superAdmins", 403, 403],
  ["viewer of t1", "nobody", 403, 403],
  ["super_admin", "everyone", "all", "all"],
  ["super_admin", "editors", 403, 403],
  ["super_admin", "owners", { owner: "u3" }, { owner: "u3" }],
  ["super_admin", "editorsAndOwners", { owner: "u3" }, { owner: "u3" }],
  ["super_admin", "superAdmins", "all", "all"],
  ["super_admin", "nobody", 403, 403],
  ["super_admin of t1", "everyone", "all", "all"],
  ["super_admin of t1", "editors", 403, 403],
  ["super_admin of t1", "owners", { owner: "u3" }, { owner: "u3" }],
  ["super_admin of t1", "editorsAndOwners", { owner: "u3" }, { owner: "u3" }],
  ["super_admin of t1", "superAdmins", "all", "all"],
  ["super_admin of t1", "nobody", 403, 403],
];

const aReason: unknown = expect.any(String);

function toDecision(outcome: Outcome): unknown {
  if (typeof outcome === "number") return { allowed: false, status: outcome, reason: aReason };
  const { owner, tenant } = outcome === "all" ? {} : outcome;
  return { allowed: true, scope: { owner, tenant } };
}

test.each(
  table.flatMap(([caller, endpoint, shared, tenanted]) => [
    { caller, endpoint, rows: "rows of nobody in particular", tenancy: false, outcome: shared },
    { caller, endpoint, rows: "rows of tenants", tenancy: true, outcome: tenanted },
  ]),
)("$caller on an endpoint for $endpoint, with $rows: $outcome", ({ caller, endpoint, tenancy, outcome }) => {
  const decision = decide({ subject: subjects[caller], rule: rules[endpoint], tenancy });
  expect(decision).toStrictEqual(toDecision(outcome));
});

test("the table has every caller with every rule", () => {
  const pairs = new Set(table.map(([caller, rule]) => `${caller} × ${rule}`));
  expect(pairs.size).toBe(Object.keys(subjects).length * Object.keys(rules).length);
});
