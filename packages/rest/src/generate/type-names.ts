import type { Endpoint, Resource } from "@shaperail/resource";

/** Names of the generated types: one thing, one name, whatever the resources are called. */
export interface TypeNames {
  /** `ResourceName`: the names of all resources. */
  readonly resourceName: string;
  /** `Database`; `AnalyticsDatabase` for a connection that is not the default one. */
  database(connection: string): string;
  /** `PostsTable` */
  table(resource: Resource): string;
  /** `PostsRow` */
  row(resource: Resource): string;
  /** `PostsCreateInput` */
  input(resource: Resource, endpoint: Endpoint): string;
  /** `PostsCreateContext` */
  context(resource: Resource, endpoint: Endpoint): string;
  /** `PostsPublishBeforeInput`: what before-controllers of a custom endpoint see. */
  beforeInput(resource: Resource, endpoint: Endpoint): string;
  /** `PostsPublishBeforeContext` */
  beforeContext(resource: Resource, endpoint: Endpoint): string;
  /** `PostsRecord`: a row as jobs and events carry it. */
  record(resource: Resource): string;
  /** `NotifyEditorsPayload` for the job `notify_editors`. */
  jobPayload(job: string): string;
  /** `NotifyEditorsEvent` for the hook `notify_editors`. */
  hookEvent(hook: string): string;
  /** `JobPayloads`: the payloads of all jobs, by name. */
  readonly jobPayloads: string;
  /** `JobContext`: the second argument of every job's handler. */
  readonly jobContext: string;
  /** `EventPayload` */
  readonly eventPayload: string;
  /** What the type arguments of every context end with: the names of resources, and the payloads of jobs when there are any. */
  readonly contextTail: string;
}

/**
 * The first version of a resource has the plain names, so that they stay when another version is added: `PostsRow`, then `PostsV2Row`.
 *
 * The names depend on the resources only, not on the order in which they are given or asked for.
 */
export function createTypeNames(
  resources: readonly Resource[],
  { jobs = [], hooks = [] }: { readonly jobs?: Iterable<string>; readonly hooks?: Iterable<string> } = {},
): TypeNames {
  const jobNames = [...new Set(jobs)].toSorted();
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const give = (purpose: string, wanted: string): void => {
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}_${count}`;
    taken.add(name);
    names.set(purpose, name);
  };
  const find = (purpose: string): string => {
    const name = names.get(purpose);
    if (name === undefined) throw new TypeError(`No type has been named for ${purpose}.`);
    return name;
  };
  const ordered = inOrder(resources);
  give(RESOURCE_NAME, "ResourceName");
  for (const { db } of ordered) {
    if (!names.has(databaseKey(db))) give(databaseKey(db), db === "default" ? "Database" : `${toPascal(db)}Database`);
  }
  const seen = new Set<string>();
  for (const resource of ordered) {
    const isFirst = !seen.has(tableKey(resource));
    seen.add(tableKey(resource));
    const prefix = `${toPascal(resource.name)}${isFirst ? "" : `V${resource.version}`}`;
    if (isFirst) give(tableKey(resource), `${prefix}Table`);
    give(rowKey(resource), `${prefix}Row`);
    for (const { action } of resource.endpoints) {
      for (const suffix of ["Input", "Context", "BeforeInput", "BeforeContext"] as const) {
        give(actionKey(resource, action, suffix), `${prefix}${toPascal(action)}${suffix}`);
      }
    }
  }
  // After the others, so that a project which begins to have jobs keeps its names.
  for (const name of SHARED_JOB_TYPES) give(name, name);
  for (const resource of ordered) {
    const isFirst = resource === ordered.find((one) => tableKey(one) === tableKey(resource));
    give(recordKey(resource), `${toPascal(resource.name)}${isFirst ? "" : `V${resource.version}`}Record`);
  }
  for (const job of jobNames) give(jobKey(job), `${toPascal(job)}Payload`);
  for (const hook of [...new Set(hooks)].toSorted()) give(hookKey(hook), `${toPascal(hook)}Event`);
  return {
    resourceName: find(RESOURCE_NAME),
    database: (connection) => find(databaseKey(connection)),
    table: (resource) => find(tableKey(resource)),
    row: (resource) => find(rowKey(resource)),
    input: (resource, { action }) => find(actionKey(resource, action, "Input")),
    context: (resource, { action }) => find(actionKey(resource, action, "Context")),
    beforeInput: (resource, { action }) => find(actionKey(resource, action, "BeforeInput")),
    beforeContext: (resource, { action }) => find(actionKey(resource, action, "BeforeContext")),
    record: (resource) => find(recordKey(resource)),
    jobPayload: (job) => find(jobKey(job)),
    hookEvent: (hook) => find(hookKey(hook)),
    jobPayloads: find("JobPayloads"),
    jobContext: find("JobContext"),
    eventPayload: find("EventPayload"),
    contextTail: [find(RESOURCE_NAME), ...(jobNames.length === 0 ? [] : [find("JobPayloads")])].join(", "),
  };
}

const RESOURCE_NAME = "resource name";
const SHARED_JOB_TYPES = ["JobPayloads", "JobContext", "EventPayload"] as const;

/** By name, then version. */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  return resources.toSorted((left, right) => {
    if (left.name !== right.name) return left.name < right.name ? -1 : 1;
    return left.version - right.version;
  });
}

/** Versions of a resource share a table. */
export function tableKey({ db, name }: Resource): string {
  return `table ${db} ${name}`;
}

function databaseKey(connection: string): string {
  return `database ${connection}`;
}

function rowKey({ name, version }: Resource): string {
  return `row ${name} ${version}`;
}

function recordKey({ name, version }: Resource): string {
  return `record ${name} ${version}`;
}

function jobKey(job: string): string {
  return `job ${job}`;
}

function hookKey(hook: string): string {
  return `hook ${hook}`;
}

function actionKey({ name, version }: Resource, action: string, suffix: string): string {
  return `${suffix} ${name} ${version} ${action}`;
}

/** `order_items` → `OrderItems`. */
function toPascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
