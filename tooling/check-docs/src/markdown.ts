/** One fenced block of a Markdown file. */
export interface Fence {
  readonly language: string;
  /** The words after the language: `run`. */
  readonly flags: readonly string[];
  readonly code: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** Every fenced block, in order. */
export function readFences(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open === undefined) {
      const info = /^```(\S.*)?$/.exec(text);
      if (info !== null) open = { info: info[1] ?? "", line: index + 1, lines: [] };
    } else if (text === "```") {
      const [language = "", ...flags] = open.info.split(/\s+/);
      fences.push({ language, flags, code: `${open.lines.join("\n")}\n`, line: open.line });
      open = undefined;
    } else {
      open.lines.push(text);
    }
  }
  return fences;
}

/** Every command line: the lines of `sh` fences and the inline code that starts with a known program. */
export function readCommands(markdown: string): string[] {
  const fenced = readFences(markdown).flatMap(({ language, code }) => (language === "sh" ? code.split("\n") : []));
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const inline = [...prose.matchAll(/`((?:npm|npx|node|shaperail|\.ci\/run)\b[^`]*)`/g)].map(([, text = ""]) => text);
  return [...fenced, ...inline].map((line) => line.replace(/\s+#.*$/, "").trim()).filter((line) => line !== "");
}

/** Every relative link target, without its anchor. */
export function readLinks(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target.replace(/#.*$/, ""));
  return targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}
