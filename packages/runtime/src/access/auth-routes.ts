import { AuthError, type CredentialsLimit, type TokenAnswer, type TokenService } from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import { type ClientAddress, type Exchange, readJson, type Route, send, sendError } from "@shaperail/http";
import type { CredentialsContext } from "./credentials-module.ts";
import { toHttpError } from "./to-http-error.ts";

export interface AuthRoutesParts {
  readonly service: TokenService<CredentialsContext>;
  readonly limit: CredentialsLimit;
  readonly addressOf: ClientAddress;
  /** What the application's credential check gets as `db`. */
  readonly db: () => unknown;
  readonly logger: Logger;
}

// A login is a few fields; nobody's needs more.
const MAX_BODY_BYTES = 16_384;
/** Members of a login that name an account in most applications. */
const ACCOUNT_MEMBERS = ["email", "username", "login", "account"];

/** `POST /auth/refresh` and `/auth/logout`; `/auth/token` only when the application checks credentials. */
export function authRoutes({ service, limit, addressOf, db, logger }: AuthRoutesParts): readonly Route[] {
  const log = logger.child("shaperail_runtime::auth");
  type Act = (body: unknown, exchange: Exchange) => Promise<TokenAnswer>;

  const route = (action: string, act: Act): Route => ({
    method: "POST",
    path: `/auth/${action}`,
    async handle(exchange) {
      // With what remains, once it is counted: who guesses wrong is told that, too.
      let own = exchange;
      try {
        // Before the body is read: whoever floods is turned away for the least.
        const counted = await limit.byAddress(action, addressOf(exchange.request));
        own = { ...exchange, baseHeaders: [...exchange.baseHeaders, ...counted] };
        const { status, headers, body } = await act(await readJson(own, { maxBytes: MAX_BODY_BYTES }), own);
        send(own, {
          status,
          headers,
          ...(body !== undefined && { contentType: "application/json; charset=utf-8", body: JSON.stringify(body) }),
          // A secret beside text that the caller chose (BREACH).
          compress: false,
        });
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        const { code, reason, status, details } = error;
        log.warn(`auth.${action} refused: ${reason}`, {
          request_id: exchange.requestId,
          action,
          code,
          reason,
          status,
          ...details,
        });
        sendError(own, toHttpError(error));
      }
    },
  });

  const { token } = service;
  const login: Act | undefined =
    token &&
    (async (body, exchange) => {
      for (const account of accountsOf(body)) await limit.byAccount("token", account);
      const { request, requestId } = exchange;
      const { headers } = request;
      return token(body, { db: db(), headers, address: addressOf(request), request_id: requestId });
    });
  return [
    ...(login === undefined ? [] : [route("token", login)]),
    route("refresh", (body) => service.refresh(body)),
    route("logout", (body) => service.logout(body)),
  ];
}

/**
 * Every account that a body names. By which of the members the application goes, only it knows: if the first alone counted, a new value of
 * it beside the one that matters would be a new account for every guess.
 */
function accountsOf(body: unknown): ReadonlySet<string> {
  if (typeof body !== "object" || body === null) return new Set();
  const members = body as Readonly<Record<string, unknown>>;
  const values = ACCOUNT_MEMBERS.map((name) => (Object.hasOwn(members, name) ? members[name] : undefined));
  return new Set(values.filter((value): value is string => typeof value === "string" && value !== ""));
}
