import { expect, test } from "vitest";
import { resourceOf } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";

const auth = resourceOf(`
resource: auth
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
endpoints:
  list: { auth: public }
`);

test.each([
  { tokens: undefined, paths: [] },
  { tokens: "none", paths: [] },
  { tokens: "refresh", paths: ["/auth/logout", "/auth/refresh"] },
  { tokens: "login", paths: ["/auth/logout", "/auth/refresh", "/auth/token"] },
] as const)("with tokens $tokens the document has the routes $paths, for everybody", ({ tokens, paths }) => {
  const document = createOpenApiDocument({ resources: [auth], title: "x", features: { tokens } });
  const found = Object.entries(document.paths).filter(([path]) => path.startsWith("/auth/"));
  expect(found.map(([path]) => path)).toEqual(paths);
  for (const [, { post }] of found) expect(post).toMatchObject({ security: [], requestBody: { required: true } });
  expect("TokenPair" in document.components.schemas).toBe(paths.length > 0);
});

test("a login is told everything it can be answered with", () => {
  const { paths } = createOpenApiDocument({ resources: [auth], title: "x", features: { tokens: "login" } });
  const responses = Object.keys(paths["/auth/token"]?.post?.responses ?? {});
  expect(responses).toEqual(["200", "400", "401", "413", "415", "422", "429", "500", "503"]);
  expect(Object.keys(paths["/auth/logout"]?.post?.responses ?? {})).not.toContain("401");
});

test("where callers are limited, every answer of an endpoint may say what is left, and 429 is one of them", () => {
  const rateLimit = { maxRequests: 7, windowSeconds: 60 };
  const { paths, components } = createOpenApiDocument({ resources: [auth], title: "x", rateLimit });
  const responses = paths["/v1/auth"]?.get?.responses ?? {};
  expect(Object.keys(responses)).toContain("429");
  expect(responses["200"]).toHaveProperty(["headers", "RateLimit"]);
  for (const part of Object.values(components.responses)) expect(part).toHaveProperty(["headers", "RateLimit-Policy"]);
  const unlimited = createOpenApiDocument({ resources: [auth], title: "x" });
  for (const part of Object.values(unlimited.components.responses)) {
    expect(part).not.toHaveProperty(["headers", "RateLimit-Policy"]);
  }
});
