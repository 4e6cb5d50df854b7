import { type FieldIssue, HttpError } from "@shaperail/http";

/** Answers 422 with every broken rule. */
export function validationError(issues: readonly FieldIssue[]): HttpError {
  return new HttpError("Validation failed", { code: "VALIDATION_ERROR", issues });
}

/** Collects what is wrong with a request, so that one answer names it all. */
export interface IssueList {
  readonly issues: FieldIssue[];
  add(field: string, code: string, message: string): void;
  /** Throws {@link validationError} when anything was added. */
  throwIfAny(): void;
}

export function createIssueList(): IssueList {
  const issues: FieldIssue[] = [];
  return {
    issues,
    add: (field, code, message) => void issues.push({ field, code, message }),
    throwIfAny: () => {
      if (issues.length > 0) throw validationError(issues);
    },
  };
}

/** Runs the work and moves what it finds wrong below `path`; undefined when it found something. */
export function withIssuesAt<T>(path: string, issues: IssueList, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HttpError) || error.issues === undefined) throw error;
    for (const { field, code, message } of error.issues) {
      const inside = path === "" ? field : field === "body" ? path : `${path}.${field}`;
      issues.add(inside, code, message);
    }
    return undefined;
  }
}
