import { HttpError } from "@shaperail/http";

const MOST_PARAMETERS = 200;

/** The parameters of a query string by name; of a repeated one the last counts. */
export type QueryParameters = ReadonlyMap<string, string>;

const EMPTY: QueryParameters = new Map();

/**
 * Decodes what stands after `?`: percent-encoding is UTF-8 and `+` is a space.
 * @throws HttpError `BAD_REQUEST` when a % is not followed by valid UTF-8 or there are more than 200 parameters.
 */
export function parseQuery(query: string): QueryParameters {
  if (query === "") return EMPTY;
  const parts = query.split("&", MOST_PARAMETERS + 1);
  if (parts.length > MOST_PARAMETERS) {
    throw new HttpError(`The URL has more than ${MOST_PARAMETERS} parameters.`, { code: "BAD_REQUEST" });
  }
  const parameters = new Map<string, string>();
  for (const part of parts) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    parameters.set(name, equals === -1 ? "" : decode(part.slice(equals + 1)));
  }
  return parameters;
}

function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    throw new HttpError("The URL has a % that is not followed by valid UTF-8.", { code: "BAD_REQUEST", cause: error });
  }
}
