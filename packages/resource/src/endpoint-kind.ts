import type { EndpointKind, HttpMethod } from "./model.ts";

/** Keys of an endpoint that only some actions have. Every endpoint has method, path, auth and rate_limit. */
export type ActionKey =
  | "input"
  | "filters"
  | "search"
  | "sort"
  | "pagination"
  | "cache"
  | "controller"
  | "events"
  | "jobs"
  | "subscribers"
  | "handler"
  | "upload"
  | "soft_delete";

export const ACTION_KEYS: readonly ActionKey[] = [
  "input",
  "filters",
  "search",
  "sort",
  "pagination",
  "cache",
  "controller",
  "events",
  "jobs",
  "subscribers",
  "handler",
  "upload",
  "soft_delete",
];

/** What Shaperail knows about an action before the file says anything. */
export interface EndpointConvention {
  /** Methods it may have; the first is used when the file names none. */
  readonly methods: readonly HttpMethod[];
  /** Whether it acts on the collection, on one row, or wherever its author says. */
  readonly target: "collection" | "row" | "own";
  /** True when method and path have no default. */
  readonly explicit: boolean;
  readonly keys: readonly ActionKey[];
}

const effects: readonly ActionKey[] = ["events", "jobs", "subscribers"];

export const CONVENTIONS: Readonly<Record<EndpointKind, EndpointConvention>> = {
  list: {
    methods: ["GET"],
    target: "collection",
    explicit: false,
    keys: ["filters", "search", "sort", "pagination", "cache"],
  },
  get: { methods: ["GET"], target: "row", explicit: false, keys: ["cache"] },
  create: {
    methods: ["POST"],
    target: "collection",
    explicit: false,
    keys: ["input", "controller", "upload", ...effects],
  },
  update: {
    methods: ["PATCH", "PUT"],
    target: "row",
    explicit: false,
    keys: ["input", "controller", "upload", ...effects],
  },
  delete: { methods: ["DELETE"], target: "row", explicit: false, keys: ["controller", "soft_delete", ...effects] },
  bulk_create: { methods: ["POST"], target: "collection", explicit: true, keys: ["input", ...effects] },
  bulk_delete: {
    methods: ["DELETE", "POST"],
    target: "collection",
    explicit: true,
    keys: ["soft_delete", ...effects],
  },
  custom: {
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    target: "own",
    explicit: true,
    keys: ["input", "cache", "controller", "handler", "upload", ...effects],
  },
};

/** Kinds whose caller cannot own a row: there is none yet, or only the handler knows it. */
export const OWNERLESS: readonly EndpointKind[] = ["create", "bulk_create", "custom"];

/** The kind of the endpoint with this name: its own name for a conventional action, custom for any other. */
export function kindOf(action: string): EndpointKind {
  return Object.hasOwn(CONVENTIONS, action) ? (action as EndpointKind) : "custom";
}

/** Whether an endpoint with this name can have the key. */
export function takes(action: string, key: ActionKey): boolean {
  return CONVENTIONS[kindOf(action)].keys.includes(key);
}
