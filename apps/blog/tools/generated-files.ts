import { configJsonSchema } from "@shaperail/config";
import { resourceJsonSchema } from "@shaperail/resource";
import { createRandom } from "./seeds/random.ts";
import { authorRows, commentRows, coverRows, posts, tagRows } from "./seeds/rows.ts";
import { toYaml } from "./seeds/yaml.ts";

/** A committed file that is derived from something else. */
export interface GeneratedFile {
  /** Relative to the application. */
  readonly path: string;
  readonly contents: string;
}

/** Every derived file; the same bytes each time. */
export function generatedFiles(): readonly GeneratedFile[] {
  const authors = authorRows(createRandom(1), 60);
  const allPosts = posts(createRandom(2), { authorIds: authors.map(({ id }) => id), count: 1_200 });
  const seeds = {
    authors,
    tags: tagRows(),
    posts: allPosts.map(({ row }) => row),
    covers: coverRows(createRandom(3), allPosts),
    comments: commentRows(createRandom(4), { posts: allPosts, count: 10_500 }),
  };
  return [
    ...Object.entries(seeds).map(([table, rows]) => ({ path: `seeds/${table}.yaml`, contents: toYaml(rows) })),
    { path: "resources/.schema.json", contents: `${JSON.stringify(resourceJsonSchema(), null, 2)}\n` },
    { path: ".config.schema.json", contents: `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
  ];
}
