import type { IncomingMessage } from "node:http";
import { HttpError } from "./errors.ts";

const CLOSE = Object.freeze({ Connection: "close" });
const CONTINUE = /^100-continue$/i;

/** Why a request that node passes on cannot be answered by anybody: not clear for whom it is, or what it waits for. */
export function misdirected(request: IncomingMessage): HttpError | undefined {
  const { headers, rawHeaders, httpVersion } = request;
  // node passes on requests with no Host, or several; which service they mean is anybody's guess.
  const hosts = headers.host === undefined ? 0 : count(rawHeaders, "host");
  // Only version 1.0 can do without. Version 0.9 cannot have one, and nobody speaks it who means well.
  if (hosts === 0 && httpVersion !== "1.0") return refused("The Host header is missing.");
  if (hosts > 1) return refused("There is more than one Host header.");
  const { expect } = headers;
  // Version 1.0 has no expectations: there the header means nothing.
  if (expect === undefined || httpVersion === "1.0" || CONTINUE.test(expect)) return undefined;
  return new HttpError("The only expectation that can be met is 100-continue.", {
    code: "EXPECTATION_FAILED",
    headers: CLOSE,
  });
}

function refused(message: string): HttpError {
  return new HttpError(message, { code: "BAD_REQUEST", headers: CLOSE });
}

// `headers` keeps the first of several; comparing lengths first makes this 20 ns for a dozen headers.
function count(rawHeaders: readonly string[], name: string): number {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) found += 1;
  }
  return found;
}
