/** One code of a union, with the sentence above it. */
export interface ErrorCode {
  readonly code: string;
  readonly meaning: string;
}

/** One `export type XErrorCode = …` of an errors.ts, or the `XCode` of what a linter finds. */
export interface ErrorUnion {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
}

// A comment may contain the semicolon that ends a union.
const UNION = /export type (\w+Code) =((?:\/\*[^]*?\*\/|[^;])+);/g;
const MEMBER = /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?\|?\s*"([A-Z0-9_]+)"/g;

/** Reads the code unions of an errors.ts; throws for a code without a sentence of its own. */
export function readErrorUnions(fileName: string, source: string): ErrorUnion[] {
  return [...source.matchAll(UNION)].map(([, name = "", members = ""]) => ({
    name,
    codes: [...members.matchAll(MEMBER)].map(([, comment, code = ""]) => {
      const meaning = (comment ?? "").replaceAll(/\s*\n\s*\* ?/g, " ").trim();
      if (meaning === "") throw new Error(`${fileName}: ${code} has no doc comment of its own.`);
      return { code, meaning };
    }),
  }));
}
