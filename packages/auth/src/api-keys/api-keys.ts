import { randomUUID } from "node:crypto";
import { type Clock, type Closeable, closeable, type Logger, noopLogger, systemClock } from "@shaperail/core";
import { digestOf } from "../internal/opaque-token.ts";
import type { SqlRunner } from "../sql-runner.ts";
import { newApiKey, shownPrefixOf } from "./api-key.ts";
import { type ApiKeyRecord, toRecord } from "./api-key-record.ts";
import { CREATE_KEY, LIST_KEYS, REVOKE_KEY } from "./api-key-sql.ts";
import { type ApiKeySubject, createKeyLookup } from "./key-lookup.ts";

/** Options of {@link createApiKeys}. */
export interface ApiKeysOptions {
  /** Where keys are kept: the table `shaperail_api_keys`. */
  readonly runner: SqlRunner;
  /** For how long an answer about a key is remembered, in seconds: what another process revokes is refused that much later. @default 5 */
  readonly cacheSeconds?: number;
  /** How many good keys are remembered, and as many bad ones. @default 1_000 */
  readonly cacheSize?: number;
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** What a new key is for. */
export interface ApiKeyInput {
  /** What people call it. */
  readonly label: string;
  readonly role: string;
  /** Whom it acts for. @default the key's own id */
  readonly sub?: string;
  /** @default no tenant */
  readonly tenantId?: string;
  /** For how long it is accepted, in seconds. @default until it is revoked */
  readonly expiresInSeconds?: number;
}

/** A new key: the only time it is seen. */
export interface CreatedApiKey extends ApiKeyRecord {
  readonly key: string;
}

export interface ApiKeys extends Closeable {
  /**
   * Whose key it is: at once when it was asked lately, otherwise a promise.
   *
   * Throws, or rejects with, `AuthError` `AUTH_API_KEY_INVALID` for a mistyped, unknown, expired or revoked key.
   */
  verify(key: string): ApiKeySubject | Promise<ApiKeySubject>;
  /** Makes a key. Rejects with a `TypeError` when a text is empty, longer than 200 characters, or not printable. */
  create(input: ApiKeyInput): Promise<CreatedApiKey>;
  /** Every key that was ever made, the oldest first. */
  list(): Promise<ApiKeyRecord[]>;
  /** Ends a key: at once here, elsewhere within `cacheSeconds`. False: there is no such key. */
  revoke(id: string): Promise<boolean>;
}

/** API keys in PostgreSQL: long random keys of which only the SHA-256 is kept. */
export function createApiKeys({
  runner,
  cacheSeconds = 5,
  cacheSize = 1_000,
  clock = systemClock,
  logger = noopLogger,
}: ApiKeysOptions): ApiKeys {
  const target = logger.child("shaperail_runtime::auth");
  const lookup = createKeyLookup({ runner, cacheSeconds, cacheSize, clock, logger: target });
  return {
    verify: lookup.verify,

    async create({ label, role, sub, tenantId, expiresInSeconds }) {
      const id = randomUUID();
      checkTexts({ label, role, sub, tenantId });
      if (expiresInSeconds !== undefined && !(expiresInSeconds > 0)) {
        throw new TypeError("expiresInSeconds must be more than 0.");
      }
      const key = newApiKey();
      const hash = digestOf(key).toString("hex");
      const expiry = expiresInSeconds === undefined ? null : String(expiresInSeconds);
      const values = [id, shownPrefixOf(key), hash, label, role, sub ?? id, tenantId ?? null, expiry];
      const [row = []] = (await runner.run(CREATE_KEY, values)).rows;
      return { ...toRecord(row), key };
    },

    list: async () => (await runner.run(LIST_KEYS, [])).rows.map(toRecord),

    async revoke(id) {
      if (!UUID.test(id)) return false;
      const { rows } = await runner.run(REVOKE_KEY, [id]);
      for (const [hash] of rows) lookup.forget(String(hash));
      return rows.length > 0;
    },
    ...closeable(() => lookup.close()),
  };
}

const MAX_LENGTH = 200;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function checkTexts(texts: Readonly<Record<string, string | undefined>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    if (text.trim() !== "" && text.length <= MAX_LENGTH && !/\p{Cc}/u.test(text)) continue;
    throw new TypeError(`The ${name} of an API key must be a text of 1 to ${MAX_LENGTH} printable characters.`);
  }
}
