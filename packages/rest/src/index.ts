export type { ExactNumber } from "@shaperail/http";
export type { Controller, ControllerContext, ControllerUser, Handler, HandlerContext } from "./controller.ts";
export type { AskOptions, AskTransaction } from "./outbox/asked.ts";
export type { OutboxInsertRequest, OutboxIntent, RestOutbox } from "./outbox/outbox-port.ts";
export { RestError, type RestErrorCode } from "./errors.ts";
export type {
  Access,
  AccessRequirement,
  Authorize,
  CachedRequest,
  KeptAnswer,
  Limit,
  LimitedCall,
  LoadedAnswer,
  ResponseCache,
  Scope,
  SqlResult,
  SqlRow,
  SqlStatement,
  SqlValue,
  StatementRunner,
  Subject,
} from "./port.ts";
export type { ScopableQuery, ScopeQuery } from "./scoped-query.ts";
export { checkFunctions, type ResourceFunctions } from "./functions.ts";
export { createRestRoutes, type RestOptions } from "./rest-routes.ts";
