/** How a body can be coded. */
export type Coding = "br" | "gzip" | "identity";

// Of two that the client likes equally, the one that is cheaper and smaller: see the table in the README.
const CODINGS: readonly Coding[] = ["br", "gzip", "identity"];

/**
 * The coding the client wants most, of those there are; RFC 9110, section 12.5.3. One that nothing satisfies gets
 * `identity` all the same: the RFC allows it, and a refusal helps nobody.
 */
export function preferredCoding(header: string): Coding {
  const weights = new Map<string, number>();
  for (const part of header.split(",")) {
    const [name = "", ...parameters] = part.split(";");
    weights.set(toCoding(name.trim().toLowerCase()), weightOf(parameters));
  }
  const weightFor = (coding: Coding): number => weights.get(coding) ?? weights.get("*") ?? 0;
  let preferred: Coding = "identity";
  // Unnamed, identity is acceptable, but less than anything that is named.
  let best = weights.get("identity") ?? 0;
  for (const coding of CODINGS) {
    const weight = weightFor(coding);
    if (weight > best || (weight === best && weight > 0 && preferred === "identity")) {
      preferred = coding;
      best = weight;
    }
  }
  return preferred;
}

function toCoding(name: string): string {
  return name === "x-gzip" ? "gzip" : name;
}

const WEIGHT = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i;

function weightOf(parameters: readonly string[]): number {
  const [weight] = parameters;
  if (weight === undefined) return 1;
  // What cannot be understood is not wanted.
  return Math.min(1, Number(WEIGHT.exec(weight)?.[1] ?? 0));
}
