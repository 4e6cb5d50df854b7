import { type Exchange, HttpError, type Route, sendError } from "@shaperail/http";
import type { Endpoint, Resource } from "@shaperail/resource";
import { isPublic, OPEN, requirementOf, withoutStore } from "./access.ts";
import type { Answer } from "./endpoint/endpoint-context.ts";
import type { Access, AccessRequirement, Authorize, Limit } from "./port.ts";
import { NOT_OWNER } from "./sql/guarded-write.ts";
import { fillsOwner } from "./stamp.ts";

export interface GateOptions {
  readonly endpoint: Endpoint;
  readonly resource: Resource;
  readonly authorize: Authorize;
  /** Undefined: nothing is limited. */
  readonly limit: Limit | undefined;
  /** Answers come from a cache, which some callers are not answered from. */
  readonly isCached: boolean;
}

const NO_HEADERS: readonly string[] = [];

/**
 * What stands in front of an answer: who is calling, whether they may, and how often. Nothing here waits unless `authorize` or `limit` does:
 * the caller of a hot endpoint is usually known already.
 */
export function compileGate(
  { endpoint, resource, authorize, limit, isCached }: GateOptions,
  answer: Answer,
): Route["handle"] {
  const requirement = requirementOf(resource, endpoint);
  const dependsOnCaller = asksWhoCalls(resource, endpoint);
  const identify = dependsOnCaller ? authorize : isCached ? recognizing(authorize) : (): Access => OPEN;

  const enter = (exchange: Exchange, access: Access, headers: readonly string[]): Promise<void> => {
    if (!dependsOnCaller && limit === undefined) return answer(exchange, access);
    const isPersonal = dependsOnCaller && (access.subject !== undefined || !isPublic(requirement));
    const own = withHeaders(isPersonal ? withoutStore(exchange) : exchange, headers);
    // Here and not further out: a refusal needs the headers as much as an answer does.
    return answer(own, access).catch((error: unknown) => {
      if (error instanceof HttpError && error.cause === NOT_OWNER) reportRefusal(exchange, { requirement, access });
      sendError(own, error);
    });
  };
  if (limit === undefined) {
    return (exchange) => whenKnown(identify(exchange, requirement), (access) => enter(exchange, access, NO_HEADERS));
  }

  const call = { resource: resource.name, action: endpoint.action, limit: endpoint.rateLimit };
  const admit = (exchange: Exchange, access: Access): Promise<void> =>
    whenKnown(limit(exchange, { ...call, subject: access.subject }), (headers) => enter(exchange, access, headers));
  // Whoever guesses credentials is counted before being told that they are wrong.
  const refuse = async (exchange: Exchange, error: unknown): Promise<void> =>
    sendError(withHeaders(exchange, await limit(exchange, { ...call, subject: undefined })), error);
  return (exchange) => {
    let access: Access | Promise<Access>;
    try {
      access = identify(exchange, requirement);
    } catch (error) {
      return refuse(exchange, error);
    }
    if (!(access instanceof Promise)) return admit(exchange, access);
    return access.then(
      (known) => admit(exchange, known),
      (error: unknown) => refuse(exchange, error),
    );
  };
}

interface Refusal {
  readonly requirement: AccessRequirement;
  readonly access: Access;
}

/** `authorize` logs what it refuses; whose a row is, only the statement knows. */
function reportRefusal({ logger, requestId }: Exchange, { requirement, access }: Refusal): void {
  const { resource, action } = requirement;
  const fields = { code: "FORBIDDEN", reason: NOT_OWNER, status: 403, resource, action, sub: access.subject?.sub };
  logger.child("shaperail_runtime::auth").warn("request refused", { ...fields, request_id: requestId });
}

/**
 * Functions of the application are told who calls, and so is a row that keeps its author, and a create, for an `Idempotency-Key` is its
 * caller's own; other public endpoints need not know.
 */
function asksWhoCalls(resource: Resource, endpoint: Endpoint): boolean {
  const { kind, before, after } = endpoint;
  const runsFunctions = kind === "custom" || before.length > 0 || after.length > 0;
  const isOwn = kind === "create" || fillsOwner(resource, endpoint);
  return !isPublic(requirementOf(resource, endpoint)) || runsFunctions || isOwn;
}

/** Where everybody is shown the same, whoever cannot be recognized is still anybody: an issuer that is away takes no public answer along. */
function recognizing(authorize: Authorize): Authorize {
  return (exchange, requirement) => {
    try {
      const access = authorize(exchange, requirement);
      return access instanceof Promise ? access.catch(() => OPEN) : access;
    } catch {
      return OPEN;
    }
  };
}

function whenKnown<T>(value: T | Promise<T>, proceed: (value: T) => Promise<void>): Promise<void> {
  return value instanceof Promise ? value.then((known) => proceed(known)) : proceed(value);
}

function withHeaders(exchange: Exchange, headers: readonly string[]): Exchange {
  return headers.length === 0 ? exchange : { ...exchange, baseHeaders: [...exchange.baseHeaders, ...headers] };
}
