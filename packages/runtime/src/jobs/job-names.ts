import type { Resource } from "@shaperail/resource";
import type { EventSubscriber } from "@shaperail/events";
import type { Project } from "../load-project.ts";

type Declared = Pick<Project, "config" | "resources">;

/** Who listens to which events: the configuration's subscribers, and those of endpoints, which are hooks. */
export function subscribersOf({ config, resources }: Declared): readonly EventSubscriber[] {
  const ofEndpoints = resources.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ subscribers }) =>
      subscribers.map(({ event, handler }) => ({ event, targets: [{ type: "hook" as const, name: handler }] })),
    ),
  );
  return [...(config.events?.subscribers ?? []), ...ofEndpoints];
}

/** A name of a job or hook, and who says it. */
export interface NamedFunction {
  readonly name: string;
  /** `users.create`, `events.subscribers`, `schedules`. */
  readonly where: string;
}

/** The jobs that resources, subscribers and schedules name, each with the first place that does. */
export function namedJobs(project: Declared): readonly NamedFunction[] {
  const { config, resources } = project;
  const ofEndpoints = resources.flatMap(({ name: resource, endpoints }) =>
    endpoints.flatMap(({ action, jobs }) => jobs.map((name) => ({ name, where: `${resource}.${action}` }))),
  );
  const ofSchedules = config.schedules.map(({ job }) => ({ name: job, where: "schedules" }));
  return distinct([...ofEndpoints, ...targetsOf(project, "job"), ...ofSchedules]);
}

/** The hooks that subscribers name. */
export function namedHooks(project: Declared): readonly NamedFunction[] {
  return distinct(targetsOf(project, "hook"));
}

/** Whether anything of the project becomes a job: what it says it uses is then loaded and started. */
export function usesJobs(project: Declared): boolean {
  const { config, resources } = project;
  return (
    config.jobs !== undefined ||
    config.schedules.length > 0 ||
    (config.events?.inbound.length ?? 0) > 0 ||
    subscribersOf(project).length > 0 ||
    resources.some(declaresIntents)
  );
}

/** The connections that need an outbox, in the order of the configuration. */
export function outboxConnections(project: Declared): readonly string[] {
  if (!usesJobs(project)) return [];
  const hasSubscribers = subscribersOf(project).length > 0;
  return Object.keys(project.config.databases).filter(
    (name) =>
      name === "default" ||
      project.resources.some(
        (resource) =>
          resource.db === name &&
          (declaresIntents(resource) || (writes(resource) && (hasSubscribers || runsFunctions(resource)))),
      ),
  );
}

/** Whether this connection of the project needs the tables of the outbox, so that a migration can make them. */
export function needsOutbox(project: Declared, connection: string): boolean {
  return outboxConnections(project).includes(connection);
}

function declaresIntents({ endpoints }: Resource): boolean {
  return endpoints.some(({ jobs, events }) => jobs.length + events.length > 0);
}

function writes({ endpoints }: Resource): boolean {
  return endpoints.some(({ method }) => method !== "GET");
}

/** Functions may ask for jobs that nothing declares. */
function runsFunctions({ endpoints }: Resource): boolean {
  return endpoints.some(({ kind, before, after }) => kind === "custom" || before.length + after.length > 0);
}

function targetsOf(project: Declared, kind: "job" | "hook"): NamedFunction[] {
  return subscribersOf(project).flatMap(({ event, targets }) =>
    targets.flatMap((target) =>
      target.type === kind ? [{ name: target.name, where: `a subscriber of ${event}` }] : [],
    ),
  );
}

function distinct(named: readonly NamedFunction[]): NamedFunction[] {
  return [...Map.groupBy(named, ({ name }) => name).values()].flatMap(([first]) => first ?? []);
}
