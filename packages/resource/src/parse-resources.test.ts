import { expect, test } from "vitest";
import { parseResources, type ResourceFile } from "./index.ts";

const users: ResourceFile = {
  file: "users.yaml",
  text: "resource: users\nversion: 1\nschema:\n  user_id: { type: uuid, primary: true, generated: true }\n",
};
const articles = (extra: string): ResourceFile => ({
  file: "articles.yaml",
  text: `resource: articles
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  author_id: { type: uuid, ref: users.user_id }
${extra}`,
});
const codes = (files: readonly ResourceFile[]) => parseResources(files).diagnostics.map(({ code }) => code);

test("the far end of a belongs_to is the primary field of the other resource", () => {
  const { resources, diagnostics } = parseResources([
    articles("relations:\n  author: { resource: users, type: belongs_to, key: author_id }\n"),
    users,
  ]);
  expect(diagnostics).toEqual([]);
  expect(resources.map(({ name }) => name)).toEqual(["articles", "users"]);
  expect(resources[0]?.relations).toEqual([
    { name: "author", kind: "belongs_to", resource: "users", localField: "author_id", remoteField: "user_id" },
  ]);
});

test("a resource may refer to itself", () => {
  const comments: ResourceFile = {
    file: "comments.yaml",
    text: `resource: comments
version: 1
schema:
  key: { type: uuid, primary: true, generated: true }
  parent_id: { type: uuid, ref: comments.key }
relations:
  parent: { resource: comments, type: belongs_to, key: parent_id }
  replies: { resource: comments, type: has_many, foreign_key: parent_id }
`,
  };
  const { resources, diagnostics } = parseResources([comments]);
  expect(diagnostics).toEqual([]);
  expect(resources[0]?.relations.map(({ remoteField }) => remoteField)).toEqual(["key", "parent_id"]);
});

test("files without a mistake still become resources when another has one", () => {
  const broken: ResourceFile = { file: "broken.yaml", text: "resource: [\n" };
  const { resources, diagnostics, sources } = parseResources([broken, users]);
  expect(resources.map(({ name }) => name)).toEqual(["users"]);
  expect(diagnostics.every(({ code, span }) => code === "SR000" && span?.file === "broken.yaml")).toBe(true);
  expect([...sources.keys()]).toEqual(["broken.yaml", "users.yaml"]);
});

test("while one file cannot be read, nobody is told that its resource does not exist", () => {
  expect(codes([articles(""), { file: "users.yaml", text: "resource: users\n\tversion: 1" }])).toEqual(["SR000"]);
  expect(codes([articles("")])).toEqual(["SR110"]);
});

test("a resource with a mistake can still be referred to", () => {
  const mistaken = { ...users, text: `${users.text}endpoints:\n  list: {}\n` };
  expect(codes([articles(""), mistaken])).toEqual(["SR037"]);
});

test("two versions of a resource share a table", () => {
  const second = { file: "users-v2.yaml", text: users.text.replace("version: 1", "version: 2") };
  const { resources, diagnostics } = parseResources([users, second]);
  expect(diagnostics).toEqual([]);
  expect(resources.map(({ version }) => version)).toEqual([1, 2]);
});

test("without the names of the databases, any name is accepted", () => {
  const elsewhere = { ...users, text: users.text.replace("version: 1", "version: 1\ndb: anywhere") };
  expect(parseResources([elsewhere]).diagnostics).toEqual([]);
  expect(parseResources([elsewhere], { databases: ["default"] }).diagnostics).toMatchObject([{ code: "SR115" }]);
});

test.each([
  { what: "a fixed path beside a uuid", type: "uuid, primary: true, generated: true", expected: [] },
  { what: "a fixed path beside a text", type: "string, primary: true, required: true", expected: ["SR117"] },
])("$what: $expected", ({ type, expected }) => {
  const files = [
    {
      file: "tags.yaml",
      text: `resource: tags
version: 1
schema:
  id: { type: ${type} }
endpoints:
  get: { auth: public }
  popular: { method: GET, path: /tags/popular, auth: public, handler: popular_tags }
`,
    },
  ];
  expect(codes(files)).toEqual(expected);
});
