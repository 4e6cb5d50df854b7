import { randomUUID } from "node:crypto";
import type { Endpoint, Relation, Resource } from "@shaperail/resource";
import type { Call } from "../client.ts";
import type { Identity } from "./callers.ts";
import { oracle, readerOf } from "./oracle.ts";
import { type PlantedRow, TENANT_A, TENANT_B } from "./planted-rows.ts";

/** Every resource of the project with the rows that were planted in it. */
export interface Planted {
  readonly resources: readonly Resource[];
  readonly rows: ReadonlyMap<string, readonly PlantedRow[]>;
}

export interface Outcome {
  readonly status: number;
  /** Names of the planted rows that the answer shows. */
  readonly shows: readonly string[];
  /** Names of the planted rows that it changed, and whose rows it made. */
  readonly changes: readonly string[];
}

/** One request, and what it must come to for whoever sends it. */
export interface Attempt {
  readonly what: string;
  readonly call: Call;
  expected(who: Identity | undefined): Outcome;
}

interface Target {
  readonly resource: Resource;
  readonly endpoint: Endpoint;
  readonly planted: Planted;
}

const JSON_TYPE = { "content-type": "application/json" };
const nothing = (status: number): Outcome => ({ status, shows: [], changes: [] });
const named = (rows: readonly PlantedRow[]): readonly string[] => rows.map(({ name }) => name).toSorted();

/** What is tried at an endpoint: every row, every relation, every way to name other people's rows. */
export function attemptsAt(resource: Resource, endpoint: Endpoint, planted: Planted): readonly Attempt[] {
  const target = { resource, endpoint, planted };
  switch (endpoint.kind) {
    case "list":
      return listAttempts(target);
    case "get":
      return [...rowAttempts(target), ...relatedAttempts(target)];
    case "update":
    case "delete":
      return rowAttempts(target);
    case "bulk_delete":
      return bulkDeleteAttempts(target);
    case "create":
    case "bulk_create":
      return createAttempts(target);
    case "custom":
      return [customAttempt(target)];
  }
}

function rowsOf({ resource, planted }: Target): readonly PlantedRow[] {
  return planted.rows.get(resource.name) ?? [];
}

function rowNamed(target: Target, kind: string): PlantedRow | undefined {
  return rowsOf(target).find(({ name }) => name === `${target.resource.name}.${kind}`);
}

function callTo({ resource, endpoint }: Target, suffix = "", body?: unknown): Call {
  const path = `/v${resource.version}${endpoint.path}${suffix}`;
  if (body === undefined) return { method: endpoint.method, path };
  return { method: endpoint.method, path, headers: JSON_TYPE, body: JSON.stringify(body) };
}

/** The outcome of a request that gets past the door. */
function behindDoor(
  { resource, endpoint }: Target,
  inside: (who: Identity | undefined) => Outcome,
): Attempt["expected"] {
  return (who) => {
    const refused = oracle.turnsAway(resource, endpoint, who);
    return refused === undefined ? inside(who) : nothing(refused);
  };
}

interface Listing {
  readonly what: string;
  readonly query: string;
  /** @default every row */
  readonly matches?: (row: PlantedRow, who: Identity | undefined) => boolean;
  /** Handlers of the application leave out removed rows themselves, or do not. */
  readonly withRemoved?: boolean;
}

function listAttempt(target: Target, { what, query, matches = () => true, withRemoved = false }: Listing): Attempt {
  return {
    what,
    call: callTo(target, query),
    expected: behindDoor(target, (who) => {
      const rows = rowsOf(target)
        .filter((row) => withRemoved || !row.isRemoved)
        .filter(
          (row) =>
            matches(row, who) && oracle.withholds({ ...target, who }, { ...row, isRemoved: false }) === undefined,
        );
      return { ...nothing(200), shows: named(rows) };
    }),
  };
}

/** The handlers of the project: one shows what the caller may see, the other what the caller made of that. */
function customAttempt(target: Target): Attempt {
  const everything: Listing = { what: "everything", query: "", withRemoved: true };
  if (target.endpoint.handler !== "own_titles") return listAttempt(target, everything);
  return listAttempt(target, {
    ...everything,
    what: "the caller's own",
    matches: (row, who) => row.owner === who?.sub,
  });
}

function listAttempts(target: Target): readonly Attempt[] {
  const { filters, sort, search } = target.endpoint;
  const found = (row: PlantedRow): Listing => ({
    what: `a filter for ${row.name}`,
    query: `?filter[title]=${encodeURIComponent(row.title)}`,
    matches: ({ name }) => name === row.name,
  });
  const listings: readonly Listing[] = [
    { what: "everything", query: "?limit=100" },
    { what: "titles", query: "?fields=title" },
    ...(sort.length > 0 ? [{ what: "everything, sorted", query: "?sort=-title" }] : []),
    ...(search.length > 0 ? [{ what: "a search", query: "?search=canary" }] : []),
    ...(filters.length > 0 ? rowsOf(target).map(found) : []),
  ];
  return [...listings.map((listing) => listAttempt(target, listing)), ...relatedAttempts(target)];
}

/** A list, or the row that others belong to, with each of its relations. */
function relatedAttempts(target: Target): readonly Attempt[] {
  const { resource, endpoint } = target;
  const hub = rowNamed(target, "hub");
  return resource.relations.map((relation) => {
    const query = `?include=${relation.name}`;
    const call = callTo(target, query);
    const isList = endpoint.kind === "list";
    return {
      what: `${isList ? "everything" : "the hub"} with ${relation.name}`,
      call: isList ? call : { ...call, path: call.path.replace(":id", hub?.id ?? "") },
      expected: behindDoor(target, (who) => {
        const related = relatedRows(target, relation, who);
        if (typeof related === "number") return nothing(related);
        const candidates = isList ? rowsOf(target) : [hub];
        const reasons = candidates.map((row) => oracle.withholds({ ...target, who }, row));
        const [refused] = isList ? [] : reasons;
        if (refused !== undefined) return nothing(refused);
        const shown = candidates.flatMap((row, at) => (row !== undefined && reasons[at] === undefined ? [row] : []));
        const own = relation.kind === "has_many" ? shown.some((row) => row === hub) : shown.length > 0;
        return { ...nothing(200), shows: named([...shown, ...(own ? related : [])]) };
      }),
    };
  });
}

/** The rows of a relation that the caller may see, or the status when it may see none of them. */
function relatedRows(
  { planted }: Target,
  relation: Relation,
  who: Identity | undefined,
): readonly PlantedRow[] | 401 | 403 {
  const resource = planted.resources.find(({ name }) => name === relation.resource);
  const endpoint = resource && readerOf(relation, resource);
  if (resource === undefined || endpoint === undefined) return 403;
  const refused = oracle.turnsAway(resource, endpoint, who);
  if (refused !== undefined) return refused;
  const rows = planted.rows.get(resource.name) ?? [];
  const linked = relation.kind === "has_many" ? rows : rows.filter(({ name }) => name === `${resource.name}.hub`);
  return linked.filter((row) => oracle.withholds({ resource, endpoint, who }, row) === undefined);
}

/** Every row but the one that others belong to, and one that is not there. */
function rowAttempts(target: Target): readonly Attempt[] {
  const { endpoint } = target;
  const isWrite = endpoint.kind !== "get";
  const rows = rowsOf(target).filter(({ name }) => !name.endsWith(".hub"));
  return [...rows, undefined].map((row) => {
    const body = endpoint.kind === "update" ? { title: "renamed", created_by: "mallory", org_id: TENANT_B } : undefined;
    const call = callTo(target, "", body);
    return {
      what: row?.name ?? "a row that is not there",
      call: { ...call, path: call.path.replace(":id", row?.id ?? randomUUID()) },
      expected: behindDoor(target, (who) => {
        const refused = oracle.withholds({ ...target, who }, row);
        if (refused !== undefined || row === undefined) return nothing(refused ?? 404);
        const shows = endpoint.kind === "delete" ? [] : [row.name];
        return { status: endpoint.kind === "delete" ? 204 : 200, shows, changes: isWrite ? [row.name] : [] };
      }),
    };
  });
}

function bulkDeleteAttempts(target: Target): readonly Attempt[] {
  const sets = [["mine"], ["mine", "colleagues"], ["mine", "strangers"], ["namesakes"], ["mine", "absent"]];
  return sets.map((kinds) => {
    const rows = kinds.map((kind) => rowNamed(target, kind));
    return {
      what: kinds.join(" and "),
      call: callTo(
        target,
        "",
        rows.map((row) => row?.id ?? randomUUID()),
      ),
      expected: behindDoor(target, (who) => {
        const refusals = rows.map((row) => oracle.withholds({ ...target, who }, row));
        const refused = refusals.includes(404) ? 404 : refusals.find((status) => status !== undefined);
        if (refused !== undefined) return nothing(refused);
        const removed = named(rows.flatMap((row) => row ?? []));
        return { status: 200, shows: removed, changes: removed };
      }),
    };
  });
}

/** Rows for nobody's, one's own and another tenant, that claim to be somebody else's. */
function createAttempts(target: Target): readonly Attempt[] {
  const { resource, endpoint } = target;
  const isBulk = endpoint.kind === "bulk_create";
  const isNamed = endpoint.input.includes("org_id");
  return [undefined, TENANT_A, TENANT_B].map((tenant) => {
    const item = { title: "new", id: randomUUID(), created_by: "mallory", role: "super_admin", org_id: tenant };
    return {
      what: `a row for ${tenant === undefined ? "no tenant" : `the tenant ${tenant === TENANT_A ? "A" : "B"}`}`,
      call: callTo(target, "", isBulk ? [item] : item),
      expected: behindDoor(target, (who) => {
        const isAbove = who?.role === "super_admin";
        const own = resource.tenantKey === undefined ? null : isAbove ? tenant : who?.tenant;
        // Nobody's row, another tenant's, and a tenant that is no UUID.
        if (own === undefined || own === "north") return nothing(422);
        if (resource.tenantKey !== undefined && isNamed && !isAbove && tenant !== undefined && tenant !== own) {
          return nothing(422);
        }
        return { ...nothing(isBulk ? 200 : 201), changes: [`new by ${who?.sub ?? null} in ${own}`] };
      }),
    };
  });
}
