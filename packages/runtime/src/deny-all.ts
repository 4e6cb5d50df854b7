import { HttpError } from "@shaperail/http";

/** Until credentials can be checked, nobody has any: every endpoint that is not public answers 401. */
export function denyAll(): never {
  throw new HttpError("Unauthorized", { code: "UNAUTHORIZED", headers: { "WWW-Authenticate": "Bearer" } });
}
