import { createHash } from "node:crypto";

/** Names what the cache keeps in its store. */
export interface CacheKeys {
  /** Where the value of a key is. */
  value(key: string): string;
  /** Where the generations of the tags are: the one of everything first, then one per tag, sorted and without repetition. */
  generations(tags: readonly string[]): readonly string[];
  /** Where the generation of one tag is; of everything for {@link EVERYTHING}. */
  generation(tag: string): string;
  /** What all keys of generations, and no others, start with. */
  readonly generationPrefix: string;
}

/** The tag behind all values. */
export const EVERYTHING = "";

const LONGEST_KEY = 200;
const MOST_TAGS = 32;

export function createCacheKeys({ prefix, version }: { readonly prefix: string; readonly version: string }): CacheKeys {
  const generationPrefix = `${prefix}g:`;
  const valuePrefix = `${prefix}v:${version}:`;
  const generation = (tag: string): string => generationPrefix + tag;
  return {
    generationPrefix,
    generation,
    // The mark keeps a key that looks like a digest from meeting one.
    value: (key) => valuePrefix + (key.length <= LONGEST_KEY ? `k:${key}` : `h:${digest(key)}`),
    generations(tags) {
      if (tags.length > MOST_TAGS) throw new TypeError(`A value has ${tags.length} tags; ${MOST_TAGS} are the most.`);
      checkTags(tags);
      // Which generation comes first must not depend on the caller.
      const distinct = tags.length < 2 ? tags : [...new Set(tags)].toSorted();
      return [generationPrefix, ...distinct.map(generation)];
    },
  };
}

/** Throws a TypeError when the tags are not ones to use. */
export function checkTags(tags: readonly string[]): void {
  for (const tag of tags) {
    if (tag === "" || tag.length > LONGEST_KEY) {
      throw new TypeError(`A tag has ${tag.length} characters; 1 to ${LONGEST_KEY} are allowed.`);
    }
  }
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}
