import { EventsError } from "./errors.ts";

/** What a subscriber listens to: a name, `posts.*`, `*.created`, or `*` for everything. */
export type EventPattern = string;

const PATTERN = /^(\*|[\w-]+(\.[\w-]+)*(\.\*)?|\*(\.[\w-]+)+)$/;

/**
 * Makes a test for the names that a pattern means. `*` at an end stands for any number of parts, at least one.
 *
 * @throws `EventsError` `EVENTS_SUBSCRIBER_INVALID`
 */
export function compilePattern(pattern: EventPattern): (name: string) => boolean {
  if (!PATTERN.test(pattern))
    throw new EventsError(`${JSON.stringify(pattern)} is not a pattern for events.`, {
      code: "EVENTS_SUBSCRIBER_INVALID",
      hint: "Write a name such as posts.created, or posts.*, *.created or *.",
    });
  if (pattern === "*") return () => true;
  if (pattern.endsWith(".*")) return (name) => name.startsWith(pattern.slice(0, -1)) && name.length >= pattern.length;
  if (pattern.startsWith("*.")) return (name) => name.endsWith(pattern.slice(1)) && name.length >= pattern.length;
  return (name) => name === pattern;
}
