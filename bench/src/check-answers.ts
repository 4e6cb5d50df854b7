import { isDeepStrictEqual } from "node:util";
import type { RunningServer } from "./server.ts";
import type { Workload } from "./workload.ts";

export interface AnswerCheck {
  readonly workload: Workload;
  /** What `{id}` stands for. */
  readonly id: string;
}

/**
 * Proves that every server gives the same answer, so that the same work is compared.
 *
 * @throws Error that shows the first two that differ
 */
export async function checkAnswers(servers: readonly RunningServer[], { workload, id }: AnswerCheck): Promise<void> {
  const ignored = workload.writes ? ["id", "slug", "created_at", "updated_at"] : ["cursor"];
  const answers = await Promise.all(
    servers.map(async ({ url, server }) => {
      const response = await fetch(url + workload.path.replace("{id}", id), {
        method: workload.method,
        headers: workload.headers,
        body: workload.body?.replace("{unique}", `check-${server.name}`),
      });
      const body: unknown = await response.json();
      return { name: server.name, answer: { status: response.status, body: normalize(body, ignored) } };
    }),
  );
  const [first, ...others] = answers;
  for (const other of others) {
    if (isDeepStrictEqual(other.answer, first?.answer)) continue;
    throw new Error(`${workload.name} differs:\n${JSON.stringify(first)}\n${JSON.stringify(other)}`);
  }
}

const TIME = /^\d{4}-\d\d-\d\dT/;

/** Without what each server makes up by itself; times to the millisecond, which is what a `Date` has. */
function normalize(value: unknown, ignored: readonly string[]): unknown {
  if (typeof value === "string") return TIME.test(value) ? new Date(value).toISOString() : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => normalize(element, ignored));
  const members = Object.entries(value).filter(([key]) => !ignored.includes(key));
  return Object.fromEntries(members.map(([key, member]) => [key, normalize(member, ignored)]));
}
