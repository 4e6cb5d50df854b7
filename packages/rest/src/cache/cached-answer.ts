import type { Exchange } from "@shaperail/http";
import type { EndpointCache } from "@shaperail/resource";
import type { Rendered } from "../controller.ts";
import {
  type Answer,
  authorizeIncludes,
  type EndpointContext,
  NOTHING_INCLUDED,
  type Render,
} from "../endpoint/endpoint-context.ts";
import { hasBody } from "../endpoint/has-body.ts";
import { sendConditionally } from "../endpoint/send-rendered.ts";
import type { Access, CachedRequest, LoadedAnswer, ResponseCache } from "../port.ts";
import type { ScopedTable } from "../sql/session.ts";
import { createShapeCache } from "../sql/shape-cache.ts";
import { type CachedQuery, readCachedQuery } from "./cached-query.ts";
import { decodeHead, encodeHead } from "./kept-head.ts";
import { readTags, rowsTag } from "./response-tags.ts";

export interface CachedEndpoint {
  readonly cache: ResponseCache;
  readonly declared: EndpointCache;
  readonly render: Render;
}

/** Whoever has it asks the database: they look after what others are shown. */
const BYPASSING_ROLE = "admin";
/** More a value may not depend on. */
const MOST_TAGS = 32;
const STATES = { hit: "HIT", miss: "MISS", bypass: "BYPASS" } as const;
const DONE = Promise.resolve();

/**
 * Answers from the cache, or keeps what it answers. It stands behind the gate: who calls was let in, and the rows they see are part of the
 * key, those of included resources too.
 */
export function compileCachedAnswer(context: EndpointContext, { cache, declared, render }: CachedEndpoint): Answer {
  const { endpoint, includes, statementName, table } = context;
  const { resource } = table;
  const { ttlSeconds, staleSeconds } = declared;
  const isCustom = endpoint.kind === "custom";
  const ownTags = Object.freeze([...readTags(resource, declared)]);
  const place = `${resource.db}/${statementName}`;
  const names = [...endpoint.path.matchAll(/:([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
  const queries = createShapeCache<CachedQuery>();

  const requestOf = (exchange: Exchange, { subject, scope }: Access, asked: Asked): CachedRequest => {
    const { query, related } = asked;
    const parts = [
      scope.tenant,
      scope.owner,
      subject?.role,
      // A function of the application may look at everything it is told about the caller.
      ...(isCustom ? [subject?.sub, subject?.tenantId] : []),
      ...names.map((name) => exchange.params[name]),
      query.text,
      ...related.map(({ scope: { tenant, owner } }) => [tenant, owner]),
    ];
    return {
      key: `${place} ${JSON.stringify(parts)}`,
      tags: related.length === 0 ? ownTags : [...ownTags, ...related.map((one) => rowsTag(one.table.resource))],
      ttlSeconds,
      staleSeconds,
      refresh: query.refreshes || subject?.role === BYPASSING_ROLE,
    };
  };

  const load = async (exchange: Exchange, access: Access, related: readonly ScopedTable[]): Promise<LoadedAnswer> => {
    const rendered = await render(exchange, access, { related });
    const { status, body } = rendered;
    return { body, meta: encodeHead(rendered), keep: status < 300 && !(isCustom && isPersonal(rendered)) };
  };

  const fetch = async (
    exchange: Exchange,
    request: CachedRequest,
    load: () => Promise<LoadedAnswer>,
  ): Promise<void> => {
    const { body, meta, state } = await cache.fetch(request, load);
    // A cache that does not answer is one that has nothing.
    const shown = request.refresh ? "bypass" : state === "hit" ? "hit" : "miss";
    sendConditionally(exchange, { ...decodeHead(meta), body }, STATES[shown]);
  };

  const find = (exchange: Exchange, access: Access, asked: Asked): Promise<void> => {
    const request = requestOf(exchange, access, asked);
    const near = request.refresh ? undefined : cache.peek?.(request);
    if (near === undefined) return fetch(exchange, request, () => load(exchange, access, asked.related));
    sendConditionally(exchange, { ...decodeHead(near.meta), body: near.body }, STATES.hit);
    return DONE;
  };

  const include = async (exchange: Exchange, access: Access, query: CachedQuery): Promise<void> => {
    const related = await authorizeIncludes(exchange, query.includes, context);
    await find(exchange, access, { query, related });
  };

  const withoutCache = async (exchange: Exchange, access: Access): Promise<void> =>
    sendConditionally(exchange, await render(exchange, access), STATES.bypass);

  return (exchange, access) => {
    if (isCustom && hasBody(exchange.request)) return withoutCache(exchange, access);
    const query = queries.get(exchange.query, () => readCachedQuery(exchange.query, isCustom ? NO_INCLUDES : includes));
    if (query.includes.length + ownTags.length > MOST_TAGS) return withoutCache(exchange, access);
    if (query.includes.length > 0) return include(exchange, access, query);
    return find(exchange, access, { query, related: NOTHING_INCLUDED });
  };
}

interface Asked {
  readonly query: CachedQuery;
  /** Which rows of included resources the caller sees. */
  readonly related: readonly ScopedTable[];
}

const NO_INCLUDES: EndpointContext["includes"] = new Map();

/** The function that made it says that it is for one client, or for one time. */
function isPersonal({ headers = {} }: Pick<Rendered, "headers">): boolean {
  return Object.entries(headers).some(([name, value]) => {
    const header = name.toLowerCase();
    return header === "set-cookie" || (header === "cache-control" && /no-store|private/i.test(value));
  });
}
