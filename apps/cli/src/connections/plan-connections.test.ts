import { expect, test } from "vitest";
import { planConnections, type PlannedPool, type PlanRequest } from "./plan-connections.ts";

const pool = (name: string, poolSize: number, isPooled = false): PlannedPool => ({ name, poolSize, isPooled });

interface Row {
  readonly maxConnections?: number;
  readonly reserved?: number;
  readonly otherClients?: number;
  readonly pools?: readonly PlannedPool[];
  readonly replicas?: number;
  readonly surge?: number;
}

function request({ maxConnections = 100, reserved = 3, otherClients = 0, ...rest }: Row): PlanRequest {
  const server = { address: "db:5432", maxConnections, reserved, otherClients };
  return { server, pools: [pool("default", 20)], replicas: 1, surge: 0, ...rest };
}

test.each<Row & { expected: object }>([
  { replicas: 4, expected: { instances: 4, needed: 80, available: 97, left: 17, verdict: "pass" } },
  { replicas: 4, surge: 1, expected: { needed: 100, left: -3, verdict: "over" } },
  { replicas: 4, otherClients: 10, expected: { left: 7, verdict: "tight" } },
  { replicas: 4, otherClients: 17, expected: { left: 0, verdict: "tight" } },
  { replicas: 4, otherClients: 18, expected: { left: -1, verdict: "over" } },
  { replicas: 8, expected: { instances: 8, needed: 160, verdict: "over" } },
  { replicas: 2, surge: 1, pools: [pool("default", 5)], expected: { instances: 3, needed: 15, verdict: "pass" } },
  { replicas: 2, pools: [pool("default", 20), pool("analytics", 30)], expected: { needed: 100, verdict: "over" } },
  { replicas: 40, pools: [pool("default", 20, true)], expected: { needed: 0, verdict: "pass" } },
  { replicas: 1, reserved: 13, maxConnections: 43, expected: { available: 30, left: 10, verdict: "pass" } },
])("$replicas replica(s), surge $surge, others $otherClients, pools $pools", ({ expected, ...row }) => {
  expect(planConnections(request(row))).toMatchObject(expected);
});

test.each<Row & { sizes: Record<string, number> | undefined }>([
  { replicas: 4, sizes: undefined },
  { replicas: 4, surge: 1, sizes: { default: 17 } },
  { replicas: 10, otherClients: 7, sizes: { default: 8 } },
  { replicas: 4, pools: [pool("default", 20), pool("analytics", 5)], sizes: { default: 16, analytics: 4 } },
  { replicas: 40, pools: [pool("default", 20), pool("analytics", 5)], sizes: { default: 1, analytics: 1 } },
  { replicas: 100, sizes: undefined },
  { replicas: 40, pools: [pool("default", 20), pool("more", 9, true)], sizes: { default: 2 } },
])("what fits $replicas replica(s), surge $surge, pools $pools is $sizes", ({ sizes, ...row }) => {
  expect(planConnections(request(row)).fittingPoolSizes).toEqual(sizes);
});

const rows = [5, 20, 50].flatMap((first) =>
  [1, 7, 40].flatMap((second) => [1, 3, 12].map((replicas) => ({ first, second, replicas }))),
);

test.each(rows)("pool sizes that are proposed pass ($first and $second, $replicas replica(s))", (row) => {
  const pools = [pool("default", row.first), pool("other", row.second)];
  const asked = request({ pools, replicas: row.replicas, surge: 1, otherClients: 4 });
  const { verdict, fittingPoolSizes, fittingMaxConnections } = planConnections(asked);
  const sized = pools.map((one) => pool(one.name, fittingPoolSizes?.[one.name] ?? one.poolSize));
  const server = { ...asked.server, maxConnections: fittingMaxConnections ?? asked.server.maxConnections };
  expect(verdict === "pass").toBe(fittingMaxConnections === undefined);
  expect(planConnections({ ...asked, pools: sized }).verdict).toBe("pass");
  expect(planConnections({ ...asked, server }).verdict).toBe("pass");
});
