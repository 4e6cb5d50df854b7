import type { Endpoint, Relation, Resource } from "@shaperail/resource";
import type { Identity } from "./callers.ts";
import type { PlantedRow } from "./planted-rows.ts";

/**
 * What the specification says of who may do what, written down once more: row by row and without SQL. It shares nothing with the application but
 * the resource files.
 */
export interface Oracle {
  /** Status with which the caller is turned away at the door; undefined: it may come in. */
  turnsAway(resource: Resource, endpoint: Endpoint, who: Identity | undefined): 401 | 403 | undefined;
  /** 404 for a row that is not there for the caller, 403 for one that is somebody else's; undefined: it is open. */
  withholds(place: Place, row: PlantedRow | undefined): 403 | 404 | undefined;
}

export interface Place {
  readonly resource: Resource;
  readonly endpoint: Endpoint;
  readonly who: Identity | undefined;
}

interface Question {
  readonly isRestricted: boolean;
  readonly isTenanted: boolean;
  readonly isListed: boolean;
  readonly asksForOwner: boolean;
  readonly isAboveTenants: boolean;
  readonly who: Identity | undefined;
}

/** In this order; the first that holds answers. */
const DOOR: readonly (readonly [holds: (question: Question) => boolean, status: 401 | 403])[] = [
  [({ who, isRestricted }) => who === undefined && isRestricted, 401],
  [({ who, isTenanted }) => who === undefined && isTenanted, 403],
  [({ isRestricted, isListed, asksForOwner }) => isRestricted && !isListed && !asksForOwner, 403],
  [({ isTenanted, isAboveTenants, who }) => isTenanted && !isAboveTenants && who?.tenant === undefined, 403],
];

export const oracle: Oracle = {
  turnsAway: (resource, endpoint, who) => {
    const question = questionOf({ resource, endpoint, who });
    return DOOR.find(([holds]) => holds(question))?.[1];
  },
  withholds(place, row) {
    const { isTenanted, isAboveTenants, isRestricted, isListed, who } = questionOf(place);
    if (row === undefined || row.isRemoved) return 404;
    if (isTenanted && !isAboveTenants && row.tenant !== who?.tenant) return 404;
    return isRestricted && !isListed && row.owner !== who?.sub ? 403 : undefined;
  },
};

function questionOf({ resource, endpoint: { auth }, who }: Place): Question {
  const restricted = auth.kind === "restricted" ? auth : undefined;
  return {
    isRestricted: restricted !== undefined,
    isTenanted: resource.tenantKey !== undefined,
    isListed: who !== undefined && (restricted?.roles.includes(who.role) ?? false),
    asksForOwner: restricted?.owner ?? false,
    isAboveTenants: who?.role === "super_admin",
    who,
  };
}

/** The endpoint of a related resource whose rule says who may see its rows as part of another's. */
export function readerOf(relation: Relation, target: Resource): Endpoint | undefined {
  const kinds = relation.kind === "has_many" ? ["list", "get"] : ["get", "list"];
  const readers = kinds.map((wanted) => target.endpoints.find(({ kind }) => kind === wanted));
  return readers.find((reader) => reader !== undefined);
}
