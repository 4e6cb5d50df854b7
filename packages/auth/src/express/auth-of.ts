import type { IncomingMessage } from "node:http";
import type { Logger } from "@shaperail/core";
import type { Subject } from "../subject.ts";

/** Where the middlewares that come later find the logger of `requireAuth`. */
export const refusalLogger: unique symbol = Symbol("refusalLogger");

/** A request that went through `requireAuth`. */
export interface AuthenticatedRequest extends IncomingMessage {
  auth?: Subject | undefined;
  [refusalLogger]?: Logger;
}

/**
 * Who sent the request, as `requireAuth` found out; undefined for an anonymous one, and where `requireAuth` was not used.
 *
 * It is `request.auth`, without changing the type of every request of the program.
 */
export function authOf(request: IncomingMessage): Subject | undefined {
  return (request as AuthenticatedRequest).auth;
}
