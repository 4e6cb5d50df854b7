import type { Resource } from "@shaperail/resource";
import type { ResponseCache } from "../port.ts";
import { changeTags } from "./response-tags.ts";

/** What one request makes old. */
export interface Changes {
  /**
   * Notes that rows of these resources have changed. They are told to the cache with the rest, or, once that has happened, at once.
   * Throws a TypeError when there is no resource of a name.
   */
  note(resources: readonly string[]): void;
  /** Tells the cache, of what was noted and of these tags: after the commit, before the answer. */
  settle(tags: readonly string[]): Promise<void>;
}

/** Makes the {@link Changes} of a request. Without a cache there is nobody to tell. */
export function compileChanges(resources: readonly Resource[], cache: ResponseCache | undefined): () => Changes {
  const tagsByName = new Map<string, readonly string[]>();
  for (const resource of resources) {
    const others = tagsByName.get(resource.name) ?? [];
    tagsByName.set(resource.name, [...new Set([...others, ...changeTags(resource)])]);
  }
  const tagsOf = (name: string): readonly string[] => {
    const tags = tagsByName.get(name);
    if (tags === undefined) throw new TypeError(`There is no resource \`${name}\` whose answers could be old.`);
    return tags;
  };
  const tell = async (tags: Iterable<string>): Promise<void> => {
    const distinct = [...new Set(tags)];
    if (distinct.length > 0) await cache?.invalidate(distinct);
  };

  return () => {
    let noted: string[] | undefined = [];
    return {
      note(names) {
        const tags = names.flatMap(tagsOf);
        if (noted === undefined) void tell(tags);
        else noted.push(...tags);
      },
      settle(tags) {
        const all = [...tags, ...(noted ?? [])];
        noted = undefined;
        return tell(all);
      },
    };
  };
}
