/** What a rule says about itself. Every diagnostic of this package is made from one of these. */
export interface RuleText {
  /** What is wrong, as one sentence about no place in particular. */
  readonly title: string;
  /** What to do about it: one imperative sentence. */
  readonly fix: string;
  /** Keys of a resource file that would be accepted. */
  readonly example: string;
  /** A warning leaves the resource usable. @default "error" */
  readonly severity?: "error" | "warning";
  /** True when JSON Schema cannot say it: it compares values, or looks into other files. @default false */
  readonly beyondSchema?: boolean;
}

/** A rule of the catalogue, complete. */
export interface ResourceRule extends Required<RuleText> {
  readonly code: string;
}
