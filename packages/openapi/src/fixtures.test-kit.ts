import { readFileSync } from "node:fs";
import { type Field, parseResource, type Resource } from "@shaperail/resource";

const FOLDER = new URL("../../resource/fixtures/valid/", import.meta.url);

/** A resource from text; throws what is wrong with it. Rules about several files are left out. */
export function resourceOf(text: string, file = "test.yaml"): Resource {
  const { resource, diagnostics } = parseResource(text, { file });
  if (resource === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return resource;
}

/** The resource that has every key of the format once. */
export function everyKey(): Resource {
  return resourceOf(readFileSync(new URL("articles.yaml", FOLDER), "utf8"), "articles.yaml");
}

/** A field with nothing said about it but what is given. */
export function fieldWith(given: Partial<Field> & Pick<Field, "type">): Field {
  return {
    name: "field",
    primary: false,
    generated: false,
    required: false,
    unique: false,
    nullable: false,
    sensitive: false,
    transient: false,
    search: false,
    default: undefined,
    items: undefined,
    min: undefined,
    max: undefined,
    format: undefined,
    values: undefined,
    ref: undefined,
    ...given,
  };
}

/** A small blog: two related resources, both kinds of pages, public and guarded endpoints. */
export function blog(): readonly Resource[] {
  return [resourceOf(POSTS, "posts.yaml"), resourceOf(COMMENTS, "comments.yaml")];
}

const POSTS = `
resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, min: 1, max: 200 }
  body: { type: string }
  status: { type: enum, values: [draft, published], default: draft }
  views: { type: integer, min: 0, default: 0 }
  rating: { type: number, min: 0, max: 5 }
  tags: { type: array, items: string, default: [] }
  notify: { type: string, format: email, sensitive: true }
  published_on: { type: date }
  created_at: { type: timestamp, generated: true }
endpoints:
  list: { auth: public, filters: [status, views], search: [title, body], sort: [created_at, views] }
  get: { auth: public }
  create: { auth: [admin, member] }
  update: { auth: [admin], events: [post.edited], controller: { before: check_words } }
  delete: { auth: [admin], rate_limit: { max_requests: 10, window_secs: 60 } }
  bulk_create: { method: POST, path: /posts/bulk, auth: [admin] }
  bulk_delete: { method: DELETE, path: /posts/bulk, auth: [admin] }
  publish: { method: POST, path: '/posts/:id/publish', auth: [admin], handler: publish_post }
relations:
  comments: { resource: comments, type: has_many, foreign_key: post_id }
`;

const COMMENTS = `
resource: comments
version: 1
schema:
  id: { type: integer, primary: true, required: true }
  post_id: { type: uuid, required: true, ref: posts.id }
  text: { type: string, required: true, max: 2000 }
endpoints:
  list: { auth: public, pagination: offset, filters: [post_id] }
  get: { auth: public }
relations:
  post: { resource: posts, type: belongs_to, key: post_id }
`;
