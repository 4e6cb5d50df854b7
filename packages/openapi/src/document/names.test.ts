import { expect, test } from "vitest";
import { resourceOf } from "../fixtures.test-kit.ts";
import { createNames, toPascal } from "./names.ts";

const resource = (name: string, version = 1): ReturnType<typeof resourceOf> =>
  resourceOf(`resource: ${name}\nversion: ${version}\nschema:\n  id: { type: uuid, primary: true, generated: true }\n`);

test.each([
  { name: "posts", pascal: "Posts" },
  { name: "order_items", pascal: "OrderItems" },
  { name: "a__b_2", pascal: "AB2" },
])("$name is $pascal", ({ name, pascal }) => {
  expect(toPascal(name)).toBe(pascal);
});

test("the first to ask gets the plain name, another version gets its number", () => {
  const names = createNames({ operations: [], schemas: [] });
  const [first, second] = [resource("posts"), resource("posts", 2)];
  expect(names.operation(first, "list")).toBe("posts_list");
  expect(names.operation(second, "list")).toBe("posts_list_v2");
  expect(names.schema(first, "")).toBe("Posts");
  expect(names.schema(second, "")).toBe("PostsV2");
  expect(names.operation(first, "list")).toBe("posts_list");
});

test("different resources that would share a name are told apart, and what the document names itself is never given", () => {
  const names = createNames({ operations: ["system_docs"], schemas: ["ErrorResponse"] });
  expect(names.schema(resource("a_b"), "")).toBe("AB");
  expect(names.schema(resource("a__b"), "")).toBe("ABV1");
  expect(names.schema(resource("a___b"), "")).toBe("ABV1_2");
  expect(names.schema(resource("error_response"), "")).toBe("ErrorResponseV1");
  expect(names.operation(resource("system"), "docs")).toBe("system_docs_v1");
});
