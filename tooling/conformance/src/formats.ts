/** A `format` of the document: which type it belongs to, and what it admits. */
export type Format =
  | { readonly type: "string"; readonly validate: (text: string) => boolean }
  | { readonly type: "number"; readonly validate: (value: number) => boolean };

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i;
// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address, and a domain that has a dot.
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;
// What RFC 3986 admits, and the characters of other scripts that browsers encode.
const URI = /^[a-z][a-z\d+.-]*:[^\s\p{Cc}<>"\\^`{|}]+$/iu;

/**
 * The formats as the document means them, written down once more, apart from the server's code.
 *
 * A date is one that PostgreSQL can keep: from year 1 to 9999, and without leap seconds.
 */
export const FORMATS: Readonly<Record<string, Format>> = {
  uuid: { type: "string", validate: (text) => UUID.test(text) },
  date: { type: "string", validate: isDate },
  "date-time": { type: "string", validate: isDateTime },
  email: { type: "string", validate: (text) => text.length <= 254 && EMAIL.test(text) },
  uri: { type: "string", validate: (text) => URI.test(text) && URL.canParse(text) },
  int64: { type: "number", validate: (value) => value >= -(2 ** 63) && value < 2 ** 63 },
  double: { type: "number", validate: () => true },
};

function isDate(text: string): boolean {
  const [, year = "", month = "", day = ""] = DATE.exec(text) ?? [];
  if (year === "" || year === "0000") return false;
  const date = new Date(`${text}T00:00:00Z`);
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

function isDateTime(text: string): boolean {
  if (!isDate(text.slice(0, 10)) || !/[tT]/.test(text.charAt(10)) || !TIME.test(text.slice(11))) return false;
  const year = new Date(text.toUpperCase()).getUTCFullYear();
  return year >= 1 && year <= 9999;
}
