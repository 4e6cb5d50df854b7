import type { Resource } from "@shaperail/resource";
import { automaticEvent, type JobSource } from "./named-jobs.ts";
import { storedFields } from "./stored-field.ts";
import { inOrder, tableKey, type TypeNames } from "./type-names.ts";
import { isNullableColumn, parsedType, wrapUnion } from "./value-type.ts";

export interface JobTypesOptions {
  readonly names: TypeNames;
  /** As `namedJobs` found them. */
  readonly jobs: ReadonlyMap<string, readonly JobSource[]>;
}

/** What handlers of jobs need: the payload of each, and the rows in them. Nothing for a project without jobs. */
export function jobTypes(resources: readonly Resource[], { names, jobs }: JobTypesOptions): string[] {
  if (jobs.size === 0) return [];
  const writer = { names, resources };
  const sources = [...jobs.values()].flat();
  const carried = inOrder(resources).filter((resource) =>
    sources.some((source) => recordOf(source, resources) === resource),
  );
  return [
    ...carried.map((resource) => recordType(resource, writer)),
    ...(sources.some(({ kind }) => kind === "event") ? [eventType(names)] : []),
    ...[...jobs].map(([name, from]) => payloadType({ name, from }, writer)),
    payloadsType([...jobs.keys()], names),
    `/** What a handler knows about its run besides the payload. */\nexport type { JobContext${names.jobContext === "JobContext" ? "" : ` as ${names.jobContext}`} } from "@shaperail/jobs";\n`,
  ];
}

interface Writer {
  readonly names: TypeNames;
  readonly resources: readonly Resource[];
}

/** The resource whose rows the payload carries; undefined when it carries something else. */
function recordOf(source: JobSource, resources: readonly Resource[]): Resource | undefined {
  switch (source.kind) {
    case "endpoint":
      return source.does === undefined ? undefined : source.resource;
    case "event":
      return automaticEvent(source.event, resources)?.resource;
    case "schedule":
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
  return `/** An event as jobs get it; \`timestamp\` is RFC 3339. */
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

function payloadType({ name, from }: { name: string; from: readonly JobSource[] }, writer: Writer): string {
  const members = [...new Set(from.map((source) => sourceType(source, writer)))];
  const type = members.length === 1 ? ` ${members[0]}` : members.map((member) => `\n  | ${member}`).join("");
  return `/** What the job \`${name}\` is given. */\nexport type ${writer.names.jobPayload(name)} =${type};\n`;
}

function sourceType(source: JobSource, { names, resources }: Writer): string {
  switch (source.kind) {
    case "endpoint": {
      const { resource, does } = source;
      const action = does === undefined ? "string" : JSON.stringify(does);
      const data = does === undefined ? "unknown" : names.record(resource);
      return `{ readonly resource: ${JSON.stringify(resource.name)}; readonly action: ${action}; readonly data: ${data} }`;
    }
    case "event": {
      const found = automaticEvent(source.event, resources);
      return found === undefined
        ? names.eventPayload
        : `${names.eventPayload}<${JSON.stringify(source.event)}, ${names.record(found.resource)}>`;
    }
    case "schedule":
      return "Readonly<Record<string, unknown>>";
  }
}

function payloadsType(jobs: readonly string[], names: TypeNames): string {
  const members = jobs.map((job) => `  readonly ${JSON.stringify(job)}: ${names.jobPayload(job)};\n`);
  return `/** The payloads of all jobs, by name. */\nexport interface ${names.jobPayloads} {\n${members.join("")}}\n`;
}
