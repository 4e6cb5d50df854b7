import { parseYaml } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { blog, everyKey } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";
import { renderOpenApi } from "./render.ts";

const resources = [...blog(), everyKey()];
const document = createOpenApiDocument({ resources, title: 'A "title": with # and \\ in it\n- two lines' });

test.each(["json", "yaml"] as const)("the same resources make the same %s, whatever their order", (format) => {
  const again = createOpenApiDocument({ resources: resources.toReversed(), title: document.info.title });
  expect(renderOpenApi(again, format)).toBe(renderOpenApi(document, format));
});

test("both formats say the same", () => {
  expect(JSON.parse(renderOpenApi(document, "json"))).toEqual(document);
  expect(parseYaml(renderOpenApi(document, "yaml"))).toEqual(document);
});

test("the keys of every object are sorted", () => {
  const objectsIn = (value: unknown): readonly object[] =>
    typeof value !== "object" || value === null
      ? []
      : [...(Array.isArray(value) ? [] : [value]), ...Object.values(value).flatMap(objectsIn)];
  // Statuses are whole numbers, which an object has first and in their order.
  const keys = objectsIn(document).map((object) => Object.keys(object).filter((key) => !/^\d+$/.test(key)));
  expect(keys).toEqual(keys.map((some) => some.toSorted((left, right) => (left < right ? -1 : 1))));
});
