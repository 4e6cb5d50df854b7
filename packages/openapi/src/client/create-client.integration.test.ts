import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ClientOptions } from "openapi-fetch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOpenApiDocument } from "../document/create-document.ts";
import { blog, everyKey } from "../fixtures.test-kit.ts";
import { createTypeScriptClient } from "./create-client.ts";

// Inside the package, so that the generated files find openapi-fetch.
const SCRATCH = fileURLToPath(new URL("../../.shaperail", import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const STRICTEST = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--verbatimModuleSyntax"];

const USAGE = `
import { createClient, type Posts, type PostsCreateInput } from "./index.js";

const client = createClient({ baseUrl: "http://localhost", headers: { Authorization: "Bearer t" } });

export async function use(): Promise<void> {
  const list = await client.GET("/v1/posts", {
    params: { query: { "filter[status]": "draft", sort: ["-created_at", "views"], limit: 10, include: ["comments"] } },
  });
  if (list.error !== undefined) {
    const code: "NOT_FOUND" | "VALIDATION_ERROR" | string = list.error.error.code;
    throw new Error(code);
  }
  const first: Posts | undefined = list.data.data[0];
  const cursor: string | null = list.data.meta.cursor;
  const text: string | undefined = list.data.data[0]?.comments?.[0]?.text;

  const input: PostsCreateInput = { title: "Hello" };
  const created = await client.POST("/v1/posts", { body: input, params: { header: { "Idempotency-Key": "k" } } });
  const id: string = created.data?.data.id ?? "";
  await client.PATCH("/v1/posts/{id}", { params: { path: { id }, header: { "If-Match": '"1"' } }, body: { body: null } });
  await client.DELETE("/v1/posts/{id}", { params: { path: { id } } });
  await client.DELETE("/v1/posts/bulk", { body: [id] });
  await client.POST("/v1/posts/{id}/publish", { params: { path: { id } } });
  await client.POST("/v2/articles", { body: new FormData() });
  await client.GET("/health");

  // @ts-expect-error the path does not exist
  await client.GET("/v1/nothing");
  // @ts-expect-error the title is missing
  await client.POST("/v1/posts", { body: {} });
  // @ts-expect-error not a member of the enum
  await client.GET("/v1/posts", { params: { query: { "filter[status]": "gone" } } });
  // @ts-expect-error not sortable
  await client.GET("/v1/posts", { params: { query: { sort: ["title"] } } });
  // @ts-expect-error the id is missing
  await client.DELETE("/v1/posts/{id}");
  // @ts-expect-error comments cannot be written
  await client.POST("/v1/comments", { body: {} });
  console.log(first, cursor, text);
}
`;

let directory: string;
let server: Server;
let baseUrl: string;
const seen: { method: string | undefined; url: string; body: string }[] = [];

beforeAll(async () => {
  mkdirSync(SCRATCH, { recursive: true });
  directory = mkdtempSync(join(SCRATCH, "client-"));
  const document = createOpenApiDocument({ resources: [...blog(), everyKey()], title: "Blog */ API" });
  for (const [name, text] of createTypeScriptClient(document)) writeFileSync(join(directory, name), text);
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push({ method: request.method, url: decodeURIComponent(request.url ?? ""), body });
      const status = request.method === "POST" ? 422 : 200;
      const answer = status === 422 ? { error: { code: "VALIDATION_ERROR", details: [] } } : { data: [], meta: {} };
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

test.each([
  { resolution: ["--module", "nodenext"] },
  { resolution: ["--module", "preserve", "--moduleResolution", "bundler"] },
])(
  "the client compiles under the strictest rules with $resolution, and refuses what the API does not have",
  ({ resolution }) => {
    writeFileSync(join(directory, "usage.ts"), USAGE);
    const flags = [
      "--ignoreConfig",
      "--noEmit",
      "--target",
      "es2023",
      "--lib",
      "es2023,dom,dom.iterable",
      "--types",
      "",
    ];
    const run = (): string =>
      execFileSync(process.execPath, [TSC, ...flags, ...STRICTEST, ...resolution, join(directory, "usage.ts")], {
        encoding: "utf8",
      });
    expect(run()).toBe("");
  },
);

interface AnyClient {
  readonly GET: (path: string, init: object) => Promise<{ readonly data?: unknown; readonly error?: unknown }>;
  readonly POST: AnyClient["GET"];
}

test("it sends what the server reads: brackets in names, commas in lists, JSON in bodies", async () => {
  const url = pathToFileURL(join(directory, "index.ts")).href;
  const { createClient } = (await import(url)) as { createClient: (options: ClientOptions) => AnyClient };
  const client = createClient({ baseUrl });
  const query = { "filter[status]": "draft", sort: ["-created_at", "views"], search: "a&b c" };
  expect(await client.GET("/v1/posts", { params: { query } })).toMatchObject({ data: { data: [] } });
  expect(await client.POST("/v1/posts/{id}/publish", { params: { path: { id: "a/b" } } })).toMatchObject({
    error: { error: { code: "VALIDATION_ERROR" } },
  });
  await client.POST("/v1/posts", { body: { title: "x" } });
  expect(seen).toEqual([
    { method: "GET", url: "/v1/posts?filter[status]=draft&sort=-created_at,views&search=a&b c", body: "" },
    { method: "POST", url: "/v1/posts/a/b/publish", body: "" },
    { method: "POST", url: "/v1/posts", body: '{"title":"x"}' },
  ]);
});
