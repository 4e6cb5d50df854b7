export type { ApiKeyRecord } from "./api-keys/api-key-record.ts";
export {
  type ApiKeyInput,
  type ApiKeys,
  type ApiKeysOptions,
  type CreatedApiKey,
  createApiKeys,
} from "./api-keys/api-keys.ts";
export type { ApiKeySubject } from "./api-keys/key-lookup.ts";
export {
  type ApiKeyVerifier,
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type TokenVerifier,
} from "./authenticator.ts";
export { type CredentialHeaders, type Credentials, readCredentials } from "./credentials.ts";
export {
  AuthError,
  type AuthErrorCode,
  type AuthErrorOptions,
  AuthSetupError,
  type AuthSetupErrorCode,
} from "./errors.ts";
export { type AuthenticatedRequest, authOf } from "./express/auth-of.ts";
export { type AuthMiddleware, requireAuth, type RequireAuthOptions } from "./express/require-auth.ts";
export { requireRole } from "./express/require-role.ts";
export type { PublicKeyAlgorithm, TokenAlgorithm } from "./jwt/algorithm.ts";
export type { Claims } from "./jwt/claims.ts";
export type { PublicKey } from "./jwt/import-key.ts";
export {
  type AccessTokenInput,
  createIssuer,
  type IssuedToken,
  type Issuer,
  type IssuerOptions,
} from "./jwt/issuer.ts";
export type { PublicKeys, RemoteKeys, SecretKeys, VerifierKeys } from "./jwt/key-ring.ts";
export type { RemoteKeysOptions } from "./jwt/remote-keys.ts";
export { findSecretWeakness } from "./jwt/secret-weakness.ts";
export { createVerifier, type Verifier, type VerifierOptions } from "./jwt/verifier.ts";
export {
  type CredentialsLimit,
  type CredentialsLimitOptions,
  createCredentialsLimit,
} from "./rate-limit/credentials-limit.ts";
export { type ExpressRateLimitOptions, rateLimit } from "./rate-limit/express-rate-limit.ts";
export { createLimit, type Limit, type LimitedCall, type LimitOptions } from "./rate-limit/limit.ts";
export { rateLimitHeaders } from "./rate-limit/rate-limit-headers.ts";
export { type RateLimitCall, rateLimitKey } from "./rate-limit/rate-limit-key.ts";
export type { RateLimit, RateLimitStore, RateLimitUsage } from "./rate-limit/rate-limit-store.ts";
export {
  createRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
  type RateLimitResult,
} from "./rate-limit/rate-limiter.ts";
export {
  createRedisRateLimitStore,
  type RedisRateLimitStoreOptions,
  type RedisScripts,
} from "./rate-limit/redis-rate-limit-store.ts";
export {
  createSessions,
  type Session,
  type Sessions,
  type SessionsOptions,
  type SubjectChange,
} from "./refresh/sessions.ts";
export { type AccessRequest, type AccessRule, decide, type Decision, type Scope } from "./rules/decide.ts";
export type { SqlRunner, SqlStatement } from "./sql-runner.ts";
export type { Subject } from "./subject.ts";
export type { BodyIssue } from "./token-routes/read-body.ts";
export {
  type CheckCredentials,
  createTokenService,
  type RefreshSubject,
  type TokenAnswer,
  type TokenPair,
  type TokenService,
  type TokenServiceOptions,
} from "./token-routes/token-service.ts";
