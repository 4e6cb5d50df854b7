import { expect, test } from "vitest";
import { POSTS, PROJECT, projectDirectory, run } from "../command.test-kit.ts";

const COMMENTS = `resource: comments
version: 2
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  post_id: { type: uuid, ref: posts.id, required: true }
  email: { type: string, format: email, unique: true, sensitive: true, max: 99 }
  kind: { type: enum, values: [note, reply], default: note }
  captcha: { type: string, transient: true }
  deleted_at: { type: timestamp, nullable: true }
endpoints:
  list: { auth: public, filters: [post_id], sort: [kind], pagination: offset, cache: { ttl: 60 } }
  create: { auth: [admin, member], controller: { before: tidy, after: [tell] }, events: [comment.made], jobs: [index] }
  delete: { auth: [admin], soft_delete: true }
relations:
  post: { resource: posts, type: belongs_to, key: post_id }
indexes:
  - { fields: [org_id, post_id] }
  - { fields: [kind], unique: true, order: desc }
`;
const FILES = { ...PROJECT, "resources/comments.yaml": COMMENTS };

test("explain shows routes, table, indexes and relations for people", async () => {
  await using directory = await projectDirectory(FILES);
  const { exitCode, stdout } = await run(["explain", "resources/comments.yaml"], { directory: directory.path });
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`Resource: comments (v2)
Tenant key: org_id

Routes
  GET     /v2/comments      list
      [auth: public; pagination: offset; filters: post_id; sort: kind; cached: 60 s]
  POST    /v2/comments      create
      [auth: admin, member; input: post_id, email, kind, captcha; before: tidy; after: tell; events: comment.made; jobs: index]
  DELETE  /v2/comments/:id  delete
      [auth: admin; soft delete]

Table comments
  id          uuid       PK, generated
  org_id      uuid       NOT NULL
  post_id     uuid       NOT NULL, FK -> posts.id
  email       string     UNIQUE, format email, max 99, sensitive
  kind        enum       NOT NULL, values note, reply, default "note"
  deleted_at  timestamp  nullable
  Deleted rows stay, with the time in deleted_at.
  captcha is sent by clients and not stored.

Indexes
  (org_id, post_id)
  (kind DESC) UNIQUE

Relations
  post  belongs_to  post_id -> posts.id
`);
});

test("explain is JSON for programs", async () => {
  await using directory = await projectDirectory(FILES);
  const { stdout } = await run(["explain", "resources/comments.yaml", "--json"], { directory: directory.path });
  expect(JSON.parse(stdout)).toMatchObject({
    resource: "comments",
    version: 2,
    database: "default",
    tenant_key: "org_id",
    soft_delete: true,
    transient: ["captcha"],
    indexes: [
      { fields: ["org_id", "post_id"], unique: false, order: "asc" },
      { fields: ["kind"], unique: true, order: "desc" },
    ],
    relations: [{ name: "post", kind: "belongs_to", by: "post_id -> posts.id" }],
  });
});

test("a file with mistakes is explained by its mistakes, and ends with 1", async () => {
  await using directory = await projectDirectory({ "resources/posts.yaml": `${POSTS}oops: 1\n` });
  const { exitCode, stdout, stderr } = await run(["explain", "resources/posts.yaml"], { directory: directory.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("unknown field `oops`");
});

test.each(["resources/gone.yaml", "resources", "shaperail.config.yml"])("%s is no resource file", async (path) => {
  await using directory = await projectDirectory(FILES);
  const { exitCode, stderr } = await run(["explain", path], { directory: directory.path });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("CLI_NOTHING_FOUND");
});
