import type { Resource } from "@shaperail/resource";
import { automaticEvent, type JobSource } from "./named-jobs.ts";
import { storedFields } from "./stored-field.ts";
import { inOrder, tableKey, type TypeNames } from "./type-names.ts";
import { isNullableColumn, parsedType, wrapUnion } from "./value-type.ts";

export interface JobTypesOptions {
  readonly names: TypeNames;
  /** As `namedJobs` found them. */
  readonly jobs: ReadonlyMap<string, readonly JobSource[]>;
  /** As `namedHooks` found them. */
  readonly hooks: ReadonlyMap<string, readonly string[]>;
}

/** What jobs and hooks need: the payload of each, and the rows in them. Nothing for a project that has neither. */
export function jobTypes(resources: readonly Resource[], { names, jobs, hooks }: JobTypesOptions): string[] {
  if (jobs.size + hooks.size === 0) return [];
  const writer = { names, resources };
  const heard = [...hooks.values()].flat().map((event): JobSource => ({ kind: "event", event }));
  const sources = [...[...jobs.values()].flat(), ...heard];
  const carried = new Set(sources.map((source) => recordOf(source, resources)));
  return [
    ...inOrder(resources)
      .filter((resource) => carried.has(resource))
      .map((resource) => recordType(resource, writer)),
    ...(sources.some(({ kind }) => kind === "event") ? [eventType(names)] : []),
    ...[...jobs].flatMap(([job, from]) =>
      isTypedHere(from)
        ? [alias(`What the job \`${job}\` is given.`, names.jobPayload(job), payloadOf(from, writer))]
        : [],
    ),
    ...[...hooks].map(([hook, events]) =>
      alias(`What the hook \`${hook}\` hears of.`, names.hookEvent(hook), payloadOf(events.map(toSource), writer)),
    ),
    ...(jobs.size === 0 ? [] : [payloadsType(jobs, writer)]),
    contextType(writer),
  ];
}

interface Writer {
  readonly names: TypeNames;
  readonly resources: readonly Resource[];
}

function toSource(event: string): JobSource {
  return { kind: "event", event };
}

/** Where only the code adds the job, its handler says what it takes. */
function isTypedHere(sources: readonly JobSource[]): boolean {
  return sources.some(({ kind }) => kind !== "code");
}

/** The resource whose rows the payload carries; undefined when it carries something else. */
function recordOf(source: JobSource, resources: readonly Resource[]): Resource | undefined {
  switch (source.kind) {
    case "endpoint":
      return source.does === undefined ? undefined : source.resource;
    case "event":
      return automaticEvent(source.event, resources)?.resource;
    case "schedule":
    case "code":
      return undefined;
  }
}

function recordType(resource: Resource, { names, resources }: Writer): string {
  const { fields, name, version } = resource;
  const versions = resources.filter((one) => tableKey(one) === tableKey(resource));
  const visible = fields.filter(({ sensitive, transient }) => !sensitive && !transient).map((field) => field.name);
  const members = storedFields(versions)
    .filter((field) => visible.includes(field.name))
    .map((field) => {
      const type = parsedType(field);
      const value = isNullableColumn(field) && type !== "unknown" ? `${type} | null` : type;
      return `  readonly ${field.name}:${wrapUnion(value, "  ")};\n`;
    });
  const about = `A row of ${name} v${version} as jobs and events carry it: JSON, without sensitive fields.`;
  return `/** ${about} */\nexport interface ${names.record(resource)} {\n${members.join("")}}\n`;
}

function eventType({ eventPayload }: TypeNames): string {
  return `/** An event as jobs and hooks get it; \`timestamp\` is RFC 3339. */
export interface ${eventPayload}<Name extends string = string, Data = unknown> {
  readonly event: Name;
  readonly resource: string;
  readonly action: string;
  readonly data: Data;
  readonly timestamp: string;
  readonly event_id: string;
}
`;
}

function payloadOf(sources: readonly JobSource[], writer: Writer): string {
  const members = [...new Set(sources.flatMap((source) => sourceType(source, writer)))];
  return members.length === 1 ? ` ${members[0]}` : members.map((member) => `\n  | ${member}`).join("");
}

function sourceType(source: JobSource, { names, resources }: Writer): string[] {
  switch (source.kind) {
    case "endpoint": {
      const { resource, does } = source;
      const action = JSON.stringify(does ?? source.action);
      const data = does === undefined ? "unknown" : names.record(resource);
      return [
        `{ readonly resource: ${JSON.stringify(resource.name)}; readonly action: ${action}; readonly data: ${data} }`,
      ];
    }
    case "event": {
      const found = automaticEvent(source.event, resources);
      return found === undefined
        ? [names.eventPayload]
        : [`${names.eventPayload}<${JSON.stringify(source.event)}, ${names.record(found.resource)}>`];
    }
    case "schedule":
      return ["Readonly<Record<string, unknown>>"];
    case "code":
      return [];
  }
}

function payloadsType(jobs: JobTypesOptions["jobs"], { names }: Writer): string {
  const members = [...jobs].map(([job, from]) => {
    const file = from.find((source) => source.kind === "code")?.file;
    const ofHandler = `Parameters<typeof import(${JSON.stringify(file)}).handle>[0]`;
    return `  readonly ${JSON.stringify(job)}: ${isTypedHere(from) ? names.jobPayload(job) : ofHandler};\n`;
  });
  return `/** The payloads of all jobs, by name. */\nexport interface ${names.jobPayloads} {\n${members.join("")}}\n`;
}

function contextType({ names, resources }: Writer): string {
  const hasTables = resources.some(({ db }) => db === "default");
  const client = hasTables ? `Kysely<${names.database("default")}>` : "unknown";
  return `/** What a handler knows about its run besides the payload, and the default database. */
export type ${names.jobContext} = import("@shaperail/jobs").JobContext & { readonly db: ${client} };
`;
}

/** The type begins with a space or a line break. */
function alias(about: string, name: string, type: string): string {
  return `/** ${about} */\nexport type ${name} =${type};\n`;
}
