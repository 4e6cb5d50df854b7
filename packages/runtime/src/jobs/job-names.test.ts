import { parseConfig } from "@shaperail/config";
import { parseResources } from "@shaperail/resource";
import { expect, test } from "vitest";
import { namedHooks, namedJobs, needsOutbox, outboxConnections, usesJobs } from "./job-names.ts";

const FIELDS =
  "schema: { id: { type: uuid, primary: true, generated: true }, title: { type: string, required: true } }";

function declare({ config = "", notes = "", logs = "" }: { config?: string; notes?: string; logs?: string } = {}) {
  const text = `project: x
databases:
  default: { engine: postgres, url: postgres://h/a }
  logs: { engine: postgres, url: postgres://h/b }
${config}`;
  const parsed = parseConfig(text, { file: "f", env: {} });
  if (parsed.config === undefined) throw new Error(parsed.diagnostics.map(({ message }) => message).join(" "));
  const { resources } = parseResources([
    {
      file: "notes.yaml",
      text: `resource: notes\nversion: 1\n${FIELDS}\nendpoints: { create: { auth: public${notes} } }\n`,
    },
    {
      file: "logs.yaml",
      text: `resource: logs\nversion: 1\ndb: logs\n${FIELDS}\nendpoints: { create: { auth: public${logs} } }\n`,
    },
  ]);
  return { config: parsed.config, resources };
}

const SUBSCRIBER = "events: { subscribers: [{ event: notes.created, targets: [{ type: job, name: tell }] }] }";

test.each([
  { what: "nothing", declared: {}, uses: false, connections: [] },
  { what: "an endpoint's job", declared: { notes: ", jobs: [tell]" }, uses: true, connections: ["default"] },
  {
    what: "an event on another connection",
    declared: { logs: ", events: [log.kept]" },
    uses: true,
    connections: ["default", "logs"],
  },
  {
    what: "a subscriber, who may listen to all writes",
    declared: { config: SUBSCRIBER },
    uses: true,
    connections: ["default", "logs"],
  },
  {
    what: "a schedule",
    declared: { config: "schedules: [{ job: tell, cron: 0 0 * * * }]" },
    uses: true,
    connections: ["default"],
  },
  {
    what: "`jobs:` alone, and functions that may ask for some",
    declared: { config: "jobs: {}", logs: ", controller: { before: check }" },
    uses: true,
    connections: ["default", "logs"],
  },
])("what $what needs", ({ declared, uses, connections }) => {
  const project = declare(declared);
  expect(usesJobs(project)).toBe(uses);
  expect(outboxConnections(project)).toEqual(connections);
  expect(needsOutbox(project, "logs")).toBe(connections.length === 2);
});

test("every job and hook is named once, with the first place that names it", () => {
  const project = declare({
    config: `${SUBSCRIBER.replace("[{ type: job", "[{ type: hook, name: audit }, { type: job")}
schedules: [{ job: tell, cron: 0 0 * * * }, { job: sweep, cron: 0 0 * * * }]`,
    notes: ", jobs: [tell, greet], subscribers: [{ event: notes.created, handler: note_it }]",
  });
  expect(namedJobs(project)).toEqual([
    { name: "tell", where: "notes.create" },
    { name: "greet", where: "notes.create" },
    { name: "sweep", where: "schedules" },
  ]);
  expect(namedHooks(project).map(({ name }) => name)).toEqual(["audit", "note_it"]);
});
