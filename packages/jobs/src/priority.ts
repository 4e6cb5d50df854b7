/** Which jobs go first. Jobs of one priority run in the order in which they were added. */
export type Priority = "critical" | "high" | "normal" | "low";

/** BullMQ takes the lower number first, and 0, which is a plain list, before all others. */
const RANKS: Readonly<Record<Priority, number>> = { critical: 0, high: 1, normal: 2, low: 3 };
/** The first goes first. */
export const PRIORITIES: readonly Priority[] = ["critical", "high", "normal", "low"];

export function toRank(priority: Priority): number {
  return RANKS[priority];
}

export function toPriority(rank: number | undefined): Priority {
  return PRIORITIES[rank ?? 0] ?? "low";
}
