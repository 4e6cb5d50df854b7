import type { IncomingMessage } from "node:http";
import { type Coding, preferredCoding } from "./accept-encoding.ts";
import type { Answer } from "./answer.ts";

// Text in any form. What is compressed already (images, archives, fonts) only gets larger.
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:json|xml|yaml|javascript|openmetrics-text|x-ndjson|[\w.-]+\+(?:json|xml|yaml))\b|image\/svg\+xml)/i;
const PARTIAL_CONTENT = 206;

/**
 * How this answer is coded; undefined when the question does not arise: it is no text, a part of something, coded
 * by its handler, or nobody may change it.
 */
export function codingOf(request: IncomingMessage, answer: Answer): Coding | undefined {
  const { status, contentType = "", headers, compress = true } = answer;
  if (!compress || status === PARTIAL_CONTENT || !COMPRESSIBLE.test(contentType)) return undefined;
  if (headers !== undefined && isFixed(headers)) return undefined;
  const accepted = request.headers["accept-encoding"];
  return accepted === undefined ? "identity" : preferredCoding(String(accepted));
}

function isFixed(headers: Readonly<Record<string, string>>): boolean {
  return Object.entries(headers).some(([name, value]) => {
    const lower = name.toLowerCase();
    return lower === "content-encoding" || (lower === "cache-control" && /\bno-transform\b/i.test(value));
  });
}
