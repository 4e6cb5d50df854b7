import type { OpenApiDocument } from "@shaperail/openapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KITCHEN_SINK } from "./projects.ts";
import { type RunningProject, startProject } from "./start-project.ts";
import { walk } from "./walk.ts";

let running: RunningProject;
beforeAll(async () => {
  running = await startProject(KITCHEN_SINK);
});
afterAll(() => running[Symbol.asyncDispose]());

/** The served document as plain objects that a test may change. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test reaches into a document by its keys
type Changeable = Record<string, any>;

test.each([
  {
    lie: "leaves out a status",
    change: ({ paths }: Changeable) => delete paths["/v1/owners"].post.responses["201"],
    finding: "owners_create: the answer is outside the document: the status 201 is not documented",
  },
  {
    lie: "leaves out a key of a row",
    change: ({ components }: Changeable) => {
      const { properties, required } = components.schemas.Owners as { properties: object; required: string[] };
      delete (properties as Changeable)["created_at"];
      required.splice(required.indexOf("created_at"), 1);
    },
    finding: "must NOT have additional properties",
  },
  {
    lie: "leaves out a header",
    change: ({ paths }: Changeable) => delete paths["/v1/owners/{id}"].get.responses["200"].headers.ETag,
    finding: "owners_get: the answer is outside the document: the header etag is not documented",
  },
  {
    lie: "forbids what is accepted",
    change: ({ components }: Changeable) => (components.schemas.OwnersCreateInput.properties.name.maxLength = 3),
    finding: "owners_create: accepted, though the document forbids it",
  },
  {
    lie: "admits what is refused",
    change: ({ components }: Changeable) => (components.schemas.OwnersCreateInput.required = ["name"]),
    finding: "owners_create: refused, though the document admits it",
  },
  {
    lie: "narrows a parameter",
    change: ({ paths }: Changeable) => {
      const { parameters } = paths["/v1/owners"].get as { parameters: { name: string; schema: object }[] };
      parameters.find(({ name }) => name === "filter[name]")!.schema = { type: "string", format: "uuid" };
    },
    finding: "owners_list: accepted, though the document forbids it: query filter[name]",
  },
  {
    lie: "calls something public that is not",
    change: ({ paths }: Changeable) => (paths["/v1/vaults"].get.security = []),
    finding: "vaults_list: refused, though the document admits it",
  },
])("a document that $lie is found out", async ({ change, finding, lie }) => {
  const { url, project } = running;
  const document = structuredClone(running.document) as Changeable;
  change(document);
  for (const path of Object.keys(document["paths"] as object)) {
    if (!/\/(owners|vaults)/.test(path)) delete document["paths"][path];
  }
  // Another seed each: what must be unique was stored by the rows before.
  const options = { url, resources: project.resources, seed: lie.length, requests: 60 };
  const { findings } = await walk({ ...options, document: document as unknown as OpenApiDocument });
  expect(findings.join("\n")).toContain(finding);
});
