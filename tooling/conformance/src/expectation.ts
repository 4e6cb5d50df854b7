import type { Answer, Call } from "./client.ts";
import { readJson } from "./exact-json.ts";
import { admitsText, type Judge } from "./judge.ts";
import type { DocumentOperation } from "./operation.ts";

/** A request as it is sent, with what is known about it. */
export interface Concrete {
  readonly operation: DocumentOperation;
  readonly call: Call;
  /** Decoded, by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, text: string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when there is no body. `value` is undefined when the body is not JSON. */
  readonly body: { readonly value: unknown } | undefined;
  /** A cursor that no answer held. */
  readonly forged: boolean;
}

/** What in the request the document does not admit. */
export function misfits(concrete: Concrete, judge: Judge): readonly string[] {
  const { operation, path, query, headers, body, forged } = concrete;
  const wrong = operation.parameters.filter(({ name, place, schema }) => {
    const given = place === "path" ? path[name] : place === "query" ? textOf(query, name) : headers[name.toLowerCase()];
    return given !== undefined && !admitsText(schema, given);
  });
  return [
    ...wrong.map(({ name, place }) => `${place} ${name}`),
    ...query.flatMap(([name, text]) => strayProblem(operation, { name, text })),
    ...(forged ? ["cursor"] : []),
    ...bodyMisfits(operation, body, judge),
  ];
}

function textOf(query: Concrete["query"], name: string): string | undefined {
  return query.find(([other]) => other === name)?.[1];
}

/** Further parameters are ignored, unless they look like filters; the documented list of an order has each field once. */
function strayProblem({ parameters }: DocumentOperation, { name, text }: { name: string; text: string }): string[] {
  const names = parameters.flatMap((parameter) => (parameter.place === "query" ? [parameter.name] : []));
  const isList = names.includes("limit");
  if (name === "sort" && isList) {
    const fields = text.split(",").map((part) => part.replace(/^-/, ""));
    const known = names.includes("sort") || text === "";
    return known && new Set(fields).size === fields.length ? [] : ["sort"];
  }
  if (names.includes(name) || !isList) return [];
  return name.startsWith("filter") || names.includes(`filter[${name}]`) ? [name] : [];
}

function bodyMisfits({ body, ...operation }: DocumentOperation, given: Concrete["body"], judge: Judge): string[] {
  if (body === undefined) return [];
  if (given === undefined) return body.required ? ["no body"] : [];
  if (given.value === undefined) return ["body is not JSON"];
  return judge.bodyProblems({ ...operation, body }, given.value).map((problem) => `body${problem}`);
}

/** Why the answer is not what the document promises for such a request; undefined when it is. */
export function broken(concrete: Concrete, answer: Answer, judge: Judge): string | undefined {
  const { operation } = concrete;
  const { status } = answer;
  if (status >= 500) return "a fault of the server";
  const outside = judge.answerProblems(operation, answer);
  if (outside.length > 0) return `the answer is outside the document: ${outside.slice(0, 5).join("; ")}`;
  // Guessing is slowed down, so that most of a walk's requests for tokens are one too many.
  if (status === 429 && givesTokens(operation)) return undefined;
  if (operation.guarded) return status === 401 ? undefined : "answered without credentials";
  const wrong = misfits(concrete, judge);
  if (wrong.length === 0) return isFair(concrete, answer) ? undefined : "refused, though the document admits it";
  if (status < 400) return `accepted, though the document forbids it: ${wrong.join("; ")}`;
  return [400, 415, 422].includes(status) ? undefined : `refused for another reason than ${wrong.join("; ")}`;
}

/** The answer to a request without fault: success, or what only the stored rows can decide. */
function isFair({ operation, call, query }: Concrete, { status, text }: Answer): boolean {
  const conditional = call.headers?.["if-match"] !== undefined;
  switch (status) {
    case 304:
      return call.headers?.["if-none-match"] !== undefined;
    case 401:
      // No token that is made up is one; rows that may be read include rows that may not.
      return givesTokens(operation) || query.some(([name, names]) => name === "include" && names !== "");
    case 404:
    case 409:
      return true;
    case 412:
      return conditional;
    case 422:
      return operation.body !== undefined && issueCodes(text).every((code) => code === "invalid_reference");
    default:
      return status < 300;
  }
}

/** Whether it is one of the routes that give out tokens, whose successes the tests of access see to. */
export function givesTokens({ template }: Pick<DocumentOperation, "template">): boolean {
  return template.startsWith("/auth/");
}

function issueCodes(text: string): readonly string[] {
  const { error } = readJson(text) as {
    readonly error: { readonly details: readonly { readonly code: string }[] | null };
  };
  return (error.details ?? []).map(({ code }) => code);
}
