import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createDatabase } from "@shaperail/db";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { parseResources } from "@shaperail/resource";
import { createTestDatabase, temporaryDirectory } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { type ConfiguredJob, generateJobStubs, generateStubs, generateTypes } from "./generate.ts";

const repository = resolve(import.meta.dirname, "../../..");

const POSTS = `
resource: posts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, max: 200 }
  status: { type: enum, values: [draft, published], default: draft }
  views: { type: integer, default: 0 }
  stars: { type: integer, min: 1, max: 5, nullable: true }
  price: { type: number, nullable: true }
  featured: { type: boolean, default: false }
  published_on: { type: date, nullable: true }
  settings: { type: json, default: {} }
  tags: { type: array, items: string, default: [] }
  counts: { type: array, items: integer, default: [] }
  ratios: { type: array, items: number, default: [] }
  days: { type: array, items: date, default: [] }
  moments: { type: array, items: timestamp, default: [] }
  notes: { type: array, items: json, default: [] }
  flags: { type: array, items: boolean, default: [] }
  others: { type: array, items: uuid, default: [] }
  secret: { type: string, sensitive: true, nullable: true }
  created_by: { type: uuid, nullable: true }
  created_at: { type: timestamp, generated: true }
endpoints:
  create: { auth: [admin], input: [title, status, views, stars], controller: { before: prepare, after: announce } }
  update: { auth: [admin], controller: { before: prepare } }
  delete: { auth: [admin], controller: { before: check }, jobs: [forget] }
  publish: { method: POST, path: "/posts/:id/publish", auth: [admin], input: [title, views], handler: publish, controller: { before: check_publish } }
  stats: { method: GET, path: /posts/stats, auth: public, handler: stats }
`;

const JOBS: readonly ConfiguredJob[] = [
  { name: "nightly-report", by: { kind: "schedule" } },
  { name: "index_post", by: { kind: "event", event: "posts.created" } },
  { name: "index_post", by: { kind: "event", event: "posts.*" } },
  { name: "tidy_up", by: { kind: "code", file: "../jobs/tidy_up.ts" } },
];
const HOOKS = [{ name: "tell", event: "posts.updated" }];

const TIDY_UP = `export async function handle(payload: { readonly days: number }): Promise<unknown> {
  return payload.days;
}
`;

const { resources } = parseResources([{ file: "posts.yaml", text: POSTS }]);

/** What the compiler says about a project with these files, one line per mistake: `file(line): message`. */
async function compile(files: Readonly<Record<string, string>>): Promise<string[]> {
  await using directory = await temporaryDirectory("types");
  const all = {
    "jobs/tidy_up.ts": TIDY_UP,
    ...files,
    ".shaperail/types.ts": generateTypes(resources, { jobs: JOBS, hooks: HOOKS }),
    "tsconfig.json": JSON.stringify({
      extends: join(repository, "tsconfig.base.json"),
      compilerOptions: {
        paths: {
          "@shaperail/rest": [join(repository, "packages/rest/src/index.ts")],
          "@shaperail/jobs": [join(repository, "packages/jobs/src/define-job.ts")],
          kysely: [join(repository, "packages/db/node_modules/kysely/dist/index.d.ts")],
        },
        typeRoots: [join(repository, "node_modules/@types")],
      },
      include: ["hooks", "jobs", "resources", ".shaperail/types.ts"],
    }),
    "package.json": `{ "type": "module" }`,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(join(directory.path, name, ".."), { recursive: true });
    await writeFile(join(directory.path, name), text);
  }
  const compiler = join(repository, "node_modules/.bin/tsc");
  const output = await new Promise<string>((done) => {
    execFile(compiler, ["-p", directory.path, "--pretty", "false"], { cwd: directory.path }, (_error, stdout, stderr) =>
      done(stdout + stderr),
    );
  });
  return [...output.matchAll(/^(\S+)\((\d+),\d+\): error (.*)$/gm)].map(
    ([, file, line, message]) => `${file}(${line}): ${message}`,
  );
}

const CORRECT = `
import type { PostsCreateContext, PostsDeleteContext, PostsUpdateContext, PostsPublishBeforeContext } from "../.shaperail/types.ts";

export async function prepare({ input, user, db }: PostsCreateContext | PostsUpdateContext): Promise<void> {
  input.title = input.title?.trim();
  input.created_by ??= user?.sub ?? null;
  input.views = 2n ** 60n;
  input.settings = { layout: ["wide"] };
  const stars: number = input.stars ?? 1;
  const { count } = await db
    .selectFrom("posts")
    .where("status", "=", "draft")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  if (BigInt(count) > 10n || stars > 5) throw new Error("too many");
}

export function announce({ data, response_extras: extras }: PostsCreateContext): void {
  if (data === null) return;
  const views: number | bigint = data.views;
  const stars: number | null = data.stars;
  extras["summary"] = [data.title.toUpperCase(), data.created_at.slice(0, 10), views, stars, data.tags.join()];
  data.status = "published";
}

export async function check({ db, path_params: { id = "" } }: PostsDeleteContext): Promise<void> {
  const row = await db.selectFrom("posts").selectAll().where("id", "=", id).executeTakeFirst();
  const made: Date | undefined = row?.created_at;
  const views: string | undefined = row?.views;
  const secret: string | null | undefined = row?.secret;
  await db
    .insertInto("posts")
    .values({ title: "copy", views: 3n, settings: JSON.stringify({}), tags: ["a"], counts: [1, 2n], moments: [new Date()] })
    .execute();
  await db.updateTable("posts").set({ views: 4, published_on: "2026-01-31" }).where("id", "=", id).execute();
  if (made === undefined || views === "0" || secret === null) throw new Error("no");
}

export function check_publish({ input }: PostsPublishBeforeContext): void {
  input.title ??= "untitled";
}
`;

const HANDLERS = `
import type { PostsPublishContext, PostsStatsContext } from "../.shaperail/types.ts";

export async function publish(context: PostsPublishContext): Promise<unknown> {
  const length: number = context.input.title.length;
  const views: number | bigint = context.input.views ?? 0;
  context.status = 202;
  return { length, views, query: context.query.get("a") };
}

export async function stats({ db, scope }: PostsStatsContext): Promise<unknown> {
  await scope(db.updateTable("posts").set({ views: 1 })).execute();
  await scope(db.deleteFrom("posts").where("views", "=", "0")).execute();
  const [first] = await scope(db.selectFrom("posts as p").select(["p.title", "p.stars"]), "p").execute();
  const title: string | undefined = first?.title;
  return title;
}
`;

test("controllers, handlers and stubs that use the types as they are meant compile under the strictest settings", async () => {
  const stubs = Object.fromEntries(
    generateStubs(resources).map(({ fileName, contents }) => [`resources/stub-${fileName}`, contents]),
  );
  const files = { "resources/posts.controller.ts": CORRECT, "resources/posts.handlers.ts": HANDLERS, ...stubs };
  expect(await compile(files)).toEqual([]);
});

test("jobs and their stubs that use the types as they are meant compile; a mistake is reported on its line", async () => {
  const forget = `import type { ForgetPayload, IndexPostPayload, JobContext, JobPayloads } from "../.shaperail/types.ts";

export async function handle({ resource, action, data }: ForgetPayload, { attempt, signal, logger, db }: JobContext): Promise<void> {
  await db.deleteFrom("posts").where("title", "=", data.title).execute();
  const views: number = data.views;
  const stars: number | null = data.stars;
  if (!signal.aborted) logger.info(data.title, { resource, action: action.toUpperCase(), attempt, views, stars });
}
export function titleOf(payload: IndexPostPayload): string {
  return payload.event === "posts.created" ? String(payload.data) : payload.event_id;
}
export const nightly: JobPayloads["nightly-report"] = { day: "2026-01-31" };
export const days: number = ({ days: 3 } satisfies JobPayloads["tidy_up"]).days;
`;
  const stubs = Object.fromEntries(
    generateJobStubs(resources, { jobs: JOBS, hooks: HOOKS }).map(({ fileName, contents }) => [
      fileName.replace("/", "/stub-"),
      contents,
    ]),
  );
  expect(Object.keys(stubs).toSorted()).toEqual([
    "hooks/stub-tell.ts",
    "jobs/stub-forget.ts",
    "jobs/stub-index_post.ts",
    "jobs/stub-nightly-report.ts",
  ]);
  const files = { "jobs/forget.ts": forget, ...stubs };
  expect(await compile(files)).toEqual([]);
  const wrong = forget.replace("info(data.title", "info(data.secret").replace("data.views", "data.published_on");
  const lines = (await compile({ ...files, "jobs/forget.ts": wrong })).map((line) => /^\S+\((\d+)\)/.exec(line)?.[1]);
  expect(lines).toEqual(["5", "7"]);
});

test("controllers enqueue jobs that exist, with data that their handlers take", async () => {
  const asking = `import type { PostsCreateContext } from "../.shaperail/types.ts";

export async function prepare({ enqueue, emit }: PostsCreateContext): Promise<void> {
  await emit("anything", { at: 1 });
  await enqueue("nightly-report", { day: "2026-01-31" });
  await enqueue("forgot", {});
  await enqueue("forget", { title: 1 });
}
`;
  const lines = (await compile({ "resources/posts.controller.ts": asking })).map(
    (line) => /^\S+\((\d+)\)/.exec(line)?.[1],
  );
  expect([...new Set(lines)]).toEqual(["6", "7"]);
});

test("a mistake is reported on its line", async () => {
  const wrong = `import type { PostsCreateContext, PostsPublishContext } from "../.shaperail/types.ts";

export async function prepare({ input, data, db, headers }: PostsCreateContext): Promise<void> {
  input.titel = "a";
  input.status = "gone";
  input.title.trim();
  input.views = "12";
  input.id = "x";
  console.log(data?.secret);
  const views: number = data?.views ?? 0;
  headers["x"] = String(views);
  await db.selectFrom("post").selectAll().execute();
  await db.selectFrom("posts").select("titel").execute();
  await db.insertInto("posts").values({ views: 1 }).execute();
  await db.insertInto("posts").values({ title: "a", settings: { a: 1 } }).execute();
}

export function publish({ input, db, scope }: PostsPublishContext): void {
  input.status = "draft";
  scope(db.insertInto("posts").values({ title: "a" }));
}
`;
  const mistakes = await compile({ "resources/posts.controller.ts": wrong });
  const lines = [...new Set(mistakes.map((line) => Number(/\((\d+)\)/.exec(line)?.[1])))];
  expect(lines.toSorted((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20]);
});

test("the query builder returns and takes what the table types say", async () => {
  await using test = await createTestDatabase();
  await using database = createDatabase({ url: test.url, poolSize: 1 });
  for (const { fileName, contents } of planInitialMigrations({ tables: resources, existingFiles: [] }).files) {
    if (fileName.endsWith(".up.sql")) await database.run({ name: fileName, text: contents, prepare: false }, []);
  }
  const written = {
    title: "first",
    views: 2n ** 62n,
    stars: 5,
    price: "12345678901234567890.5",
    published_on: "2026-01-31",
    settings: JSON.stringify(["a"]),
    tags: ["a", 'b"c'],
    counts: [1, 2n ** 60n, "3"],
    ratios: [0.5],
    days: [new Date(2026, 0, 31)],
    moments: [new Date(0), "2026-01-31T00:00:00Z"],
    notes: [JSON.stringify({ a: [1] }), JSON.stringify("text")],
    flags: [true, false],
    others: ["6f1d6f0e-0d5c-4a3e-9a58-3c1f6a1c0c11"],
  };
  const db = database.kysely<{ posts: Record<string, unknown> }>();
  await db.insertInto("posts").values(written).execute();
  expect(await db.selectFrom("posts").selectAll().executeTakeFirstOrThrow()).toEqual({
    ...written,
    id: expect.any(String) as string,
    status: "draft",
    views: String(2n ** 62n),
    stars: "5",
    featured: false,
    published_on: new Date(2026, 0, 31),
    settings: ["a"],
    counts: ["1", String(2n ** 60n), "3"],
    moments: [new Date(0), new Date("2026-01-31T00:00:00Z")],
    notes: [{ a: [1] }, "text"],
    secret: null,
    created_by: null,
    created_at: expect.any(Date) as Date,
  });
});
