import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inactiveFeatures, parseResource, RESOURCE_FEATURES } from "./index.ts";

const read = (name: string) => {
  const text = readFileSync(join(import.meta.dirname, "../fixtures/valid", name), "utf8");
  return parseResource(text, { file: name }).resource!;
};

test("a resource that uses every feature is told about each one that is not supported", () => {
  const found = inactiveFeatures([read("articles.yaml")], { supported: [] });
  expect([...new Set(found.map(({ feature }) => feature))].toSorted()).toEqual(RESOURCE_FEATURES);
});

test("a runtime that supports everything has nothing to say", () => {
  expect(inactiveFeatures([read("articles.yaml")], { supported: RESOURCE_FEATURES })).toEqual([]);
});

test("a resource that declares nothing is no reason to speak", () => {
  expect(inactiveFeatures([read("minimal.yaml")], { supported: [] })).toEqual([]);
});

test("the place is the endpoint, or the resource", () => {
  const supported = RESOURCE_FEATURES.filter((feature) => feature !== "offset_pagination" && feature !== "tenancy");
  expect(inactiveFeatures([read("articles.yaml")], { supported })).toEqual([
    {
      feature: "tenancy",
      file: "articles.yaml",
      resource: "articles",
      action: undefined,
      message: "`articles` declares tenancy, which this version does not act on.",
    },
    {
      feature: "offset_pagination",
      file: "articles.yaml",
      resource: "articles",
      action: "list",
      message: "`articles.list` declares offset pagination, which this version does not act on.",
    },
  ]);
});
