import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "@shaperail/core";
import type { Compressor } from "./compressor.ts";

/** A method a route can answer. `HEAD` and `OPTIONS` are answered from the others. */
export type RouteMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One endpoint. */
export interface Route {
  readonly method: RouteMethod;
  /** The template, such as `/v1/posts/:id`. It stands for the route in logs and metrics. */
  readonly path: string;
  /** Answers the request. What it throws or rejects with becomes the error envelope. */
  handle(exchange: Exchange): Promise<void> | void;
}

/** One request being answered; handed to whatever handles it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The id the client sent, when it is a sane one, or a new UUID. Echoed in `X-Request-Id` and in every error. */
  readonly requestId: string;
  /**
   * The matched route; its `path` is the template used in logs and metrics, `unmatched` when there is none. For a
   * route of an Express application it is known once Express has chosen it.
   */
  readonly route: Route;
  /**
   * Decoded path parameters by name. The object inherits nothing, so a name is only there when the route has it.
   * A value may be any text: the handler validates it.
   */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** What stands after `?`, undecoded; "" when there is none. */
  readonly query: string;
  /** `performance.now()` at arrival. */
  readonly startedAt: number;
  /** Headers every response carries, as name, value, name, value, …; {@link send} writes them. */
  readonly baseHeaders: readonly string[];
  /** What compresses the answer; undefined leaves it as it is. */
  readonly compressor: Compressor | undefined;
  /** Where a failed answer is reported. */
  readonly logger: Logger;
}
