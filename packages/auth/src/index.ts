export {
  AuthError,
  type AuthErrorCode,
  type AuthErrorOptions,
  AuthSetupError,
  type AuthSetupErrorCode,
} from "./errors.ts";
export type { Claims } from "./jwt/claims.ts";
export type { Subject } from "./subject.ts";
