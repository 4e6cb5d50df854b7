import type { FieldFormat } from "@shaperail/resource";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// The pattern browsers use for <input type="email">, with at least one dot in the domain.
// Source: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;
// URL.canParse repairs what it can: it drops line breaks and encodes spaces. What is stored is the text as it came.
const URL_TEXT = /^https?:\/\/[^\s\p{Cc}<>"\\^`{|}]+$/iu;
const LONGEST_EMAIL = 254;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Whether text has a declared `format`. */
export function hasFormat(text: string, format: FieldFormat): boolean {
  switch (format) {
    case "uuid":
      return isUuid(text);
    case "email":
      return text.length <= LONGEST_EMAIL && EMAIL.test(text);
    case "url":
      return URL_TEXT.test(text) && URL.canParse(text);
  }
}
