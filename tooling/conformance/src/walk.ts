import type { OpenApiDocument } from "@shaperail/openapi";
import type { Resource } from "@shaperail/resource";
import fc from "fast-check";
import { type Answer, createClient } from "./client.ts";
import { type Concrete, broken, misfits } from "./expectation.ts";
import { changedProperties, dataOf } from "./echo.ts";
import { createJudge } from "./judge.ts";
import { type DocumentOperation, operationsOf, resolve } from "./operation.ts";
import { type Recipe, recipes } from "./recipe.ts";
import { relationsOf } from "./relations.ts";
import { createRowPool } from "./row-pool.ts";
import { createSender } from "./send-recipe.ts";

export interface WalkOptions {
  readonly url: string;
  readonly document: OpenApiDocument;
  readonly resources: readonly Resource[];
  /** The same seed makes the same requests. */
  readonly seed: number;
  /** Requests per operation. */
  readonly requests: number;
  /** Requests at a time. @default 16 */
  readonly concurrency?: number;
}

/** What an operation answered, by kind. */
export interface Tally {
  succeeded: number;
  /** Refused, and rightly: the request was not as documented. */
  refused: number;
  /** As documented, but the rows did not allow it, or the caller. */
  declined: number;
}

export interface WalkReport {
  /** Requests that were answered. */
  readonly requests: number;
  readonly tallies: ReadonlyMap<string, Tally>;
  /** What contradicts the document, with the request that shows it. */
  readonly findings: readonly string[];
}

const SEED_ROWS = 8;

/**
 * Calls every operation of a document with requests it admits and with requests it forbids, and compares the answers
 * with what it promises. The endpoints of the application itself are called as they are.
 */
export async function walk(options: WalkOptions): Promise<WalkReport> {
  const { url, document, resources, seed, requests, concurrency = 16 } = options;
  const operations = operationsOf(document);
  const relations = relationsOf(resources);
  const judge = createJudge(document);
  const pool = createRowPool(relations);
  const client = createClient(url, { connections: concurrency });
  const sender = createSender(client, pool);
  const tallies = new Map(operations.map(({ id }): [string, Tally] => [id, { succeeded: 0, refused: 0, declined: 0 }]));
  const findings: string[] = [];

  const run = async (recipe: Recipe): Promise<void> => {
    const { concrete, answer } = await sender.send(recipe);
    const problem = broken(concrete, answer, judge) ?? lost(document, concrete, answer);
    if (problem !== undefined) findings.push(describe(problem, concrete, answer));
    const tally = tallies.get(recipe.operation.id);
    if (tally === undefined) return;
    if (answer.status < 400) tally.succeeded += 1;
    else tally[misfits(concrete, judge).length > 0 ? "refused" : "declined"] += 1;
  };

  const creating = operations.filter(
    ({ body, responses, guarded }) => body !== undefined && responses.has("201") && !guarded,
  );
  const listing = operations.filter(
    ({ method, template, guarded }) => method === "GET" && !template.includes("{") && !guarded,
  );
  const flawless = (some: readonly DocumentOperation[], count: number): readonly Recipe[] =>
    some.flatMap((operation) =>
      fc.sample(recipes(operation, { document, relations, flawless: true }), { seed, numRuns: count }),
    );
  const all = operations.flatMap((operation) => {
    const count = isOwn(operation)
      ? 2
      : operation.body === undefined && !operation.template.includes("{")
        ? requests * 2
        : requests;
    return fc.sample(recipes(operation, { document, relations }), { seed, numRuns: count });
  });
  try {
    // Rows first: twice, because the first rows of some refer to rows of others.
    for (const operation of [...listing, ...creating, ...creating]) {
      for (const recipe of flawless([operation], operation.body === undefined ? 1 : SEED_ROWS)) await run(recipe);
    }
    const [shuffled = []] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { seed, numRuns: 1 });
    const queue = shuffled.values();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (const recipe of queue) await run(recipe);
      }),
    );
  } finally {
    client.close();
  }
  return { requests: sender.sent(), tallies, findings };
}

/** Routes of the application itself, such as `/health`: there is nothing to vary. */
function isOwn({ parameters, body }: DocumentOperation): boolean {
  return parameters.length === 0 && body === undefined;
}

/** A write that succeeded and stored something else than was sent. */
function lost(document: OpenApiDocument, { operation, body }: Concrete, answer: Answer): string | undefined {
  if (answer.status >= 300 || operation.body === undefined || body === undefined || operation.controlled)
    return undefined;
  const data = dataOf(answer);
  const schema = resolve(document, operation.body.schema);
  if (!Array.isArray(data)) {
    const changed = changedProperties(schema, body.value, data);
    return changed.length === 0 ? undefined : `what was stored is not what was sent: ${changed.join(", ")}`;
  }
  const items = resolve(document, (schema["items"] ?? {}) as typeof schema);
  const sent = Array.isArray(body.value) ? body.value : [];
  const changed = sent.flatMap((item, index) => changedProperties(items, item, data[index]));
  return changed.length === 0 ? undefined : `what was stored is not what was sent: ${changed.join(", ")}`;
}

const LONGEST = 600;

function describe(problem: string, { call, operation }: Concrete, { status, text }: Answer): string {
  const { method, path, headers = {}, body = "" } = call;
  const sent = `${method} ${path} ${JSON.stringify(headers)} ${body.toString().slice(0, 4 * LONGEST)}`;
  return `${operation.id}: ${problem}\n  sent     ${sent}\n  answered ${status} ${text.slice(0, LONGEST)}`;
}
