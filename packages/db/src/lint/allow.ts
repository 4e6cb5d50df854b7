import type { Finding } from "./finding.ts";
import type { Script } from "./parse-script.ts";

/** `-- shaperail:allow MC020 the table has ten rows` */
interface Allow {
  readonly code: string;
  readonly reason: string;
  readonly start: number;
  readonly end: number;
  /** What it is about: the statement after it, or the rest of the line when it is inside one. */
  readonly from: number;
  readonly to: number;
}

/** Leaves out what a comment on the line before allows, and adds what is wrong with those comments. */
export function applyAllows(findings: readonly Finding[], script: Script): Finding[] {
  const allows = script.comments.flatMap((comment) => {
    const [, words] = /^--\s*shaperail:allow\b(.*)$/s.exec(comment.text) ?? [];
    if (words === undefined) return [];
    const [, code = "", reason = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(words) ?? [];
    return [{ code, reason, start: comment.start, end: comment.end, ...targetOf(script, comment.end) }];
  });
  const complete = allows.filter(isComplete);
  const silences = (allow: Allow, { code, start }: Finding): boolean =>
    allow.code === code && start >= allow.from && start < allow.to;
  const kept = findings.filter((finding) => !complete.some((allow) => silences(allow, finding)));
  const unused = complete.filter((allow) => !findings.some((finding) => silences(allow, finding)));
  return [
    ...kept,
    ...allows.filter((allow) => !isComplete(allow)).map(incomplete),
    ...unused.map(({ code, start, end }): Finding => ({
      code: "MC004",
      severity: "warning",
      message: `Nothing after it is found to be ${code}.`,
      fix: "Remove the comment, or put it on the line before the statement it is about.",
      start,
      end,
    })),
  ];
}

function isComplete({ code, reason }: Allow): boolean {
  return /^MC\d{3}$/.test(code) && reason !== "";
}

function incomplete({ start, end }: Allow): Finding {
  return {
    code: "MC003",
    message: "The comment does not say what it allows, or not why.",
    fix: "Write the code, then a reason for whoever reads it next.",
    example: "-- shaperail:allow MC020 the table has ten rows",
    start,
    end,
  };
}

function targetOf({ statements, sql }: Script, end: number): { from: number; to: number } {
  const around = statements.find((statement) => statement.start < end && statement.end > end);
  if (around === undefined) {
    const next = statements.find(({ start }) => start >= end);
    return { from: next?.start ?? end, to: next?.end ?? end };
  }
  const from = around.tokens.find(({ start }) => start >= end)?.start ?? end;
  const newline = sql.indexOf("\n", from);
  return { from, to: newline < 0 ? sql.length : newline };
}
