import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { ObservationAttributes } from "@shaperail/core";

/** What a span of an operation is called for whoever asked for it. */
const KINDS: Readonly<Record<string, SpanKind>> = {
  "db.query": SpanKind.CLIENT,
  "cache.op": SpanKind.CLIENT,
  "webhook.deliver": SpanKind.CLIENT,
  "job.enqueue": SpanKind.PRODUCER,
  "job.execute": SpanKind.CONSUMER,
};

export function kindOf(operation: string): SpanKind {
  return KINDS[operation] ?? SpanKind.INTERNAL;
}

/** What a statement does, from its text. */
interface StatementFacts {
  readonly operation: string;
  readonly table: string | undefined;
}

const MOST_STATEMENTS = 1_000;
const OPERATION = /\b(insert|update|delete|merge|select)\b/i;
const WRITE = /\b(insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?"?([\w.]+)"?/i;
const READ = /\bfrom\s+"?([\w.]+)"?/i;

/** Turns what was observed into attributes of a span: under the guide's names, and under OpenTelemetry's where they differ. */
export function createSpanAttributes(): (operation: string, attributes: ObservationAttributes) => Attributes {
  // Statements are compiled once and come back; those that are not must not be remembered without end.
  const known = new Map<string, StatementFacts>();
  const factsOf = (text: string): StatementFacts => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const facts = statementFacts(text);
    if (known.size < MOST_STATEMENTS) known.set(text, facts);
    return facts;
  };

  return (operation, attributes) => {
    const { "db.statement": text } = attributes;
    if (operation !== "db.query" || typeof text !== "string") return attributes;
    const { operation: verb, table } = factsOf(text);
    return {
      ...attributes,
      "db.system.name": "postgresql",
      "db.query.text": text,
      "db.operation.name": verb,
      "db.operation": verb,
      ...(table === undefined ? {} : { "db.collection.name": table, "db.table": table }),
    };
  };
}

function statementFacts(text: string): StatementFacts {
  const write = WRITE.exec(text);
  if (write !== null) return { operation: (write[1] ?? "").split(/\s/)[0]?.toUpperCase() ?? "", table: write[2] };
  const operation = OPERATION.exec(text)?.[1] ?? /^\s*(\w+)/.exec(text)?.[1] ?? "";
  return { operation: operation.toUpperCase(), table: READ.exec(text)?.[1] };
}

const METHODS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "QUERY",
  "TRACE",
]);

/** A method as OpenTelemetry names it: made-up ones are all `_OTHER`. */
export function methodOf(method: string): string {
  return METHODS.has(method) ? method : "_OTHER";
}
