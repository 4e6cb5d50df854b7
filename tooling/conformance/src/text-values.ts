import type { Part } from "@shaperail/openapi";
import fc from "fast-check";

/** Any characters a column can keep: the whole of Unicode but NUL. */
export function storableText(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const units = fc.oneof(
    fc.constantFrom(...Array.from("aA0 _-'\"\\;%,.{}[]()<>$:/?&=#+\n\t")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("é", "ß", "字", "😀", "\u200d", "\u202e", "\ufeff", "\u2028"),
  );
  return fc
    .array(units, { minLength, maxLength, size: "max" })
    .map((characters) => characters.map((character) => (character === "\0" ? "\u0001" : character)).join(""));
}

/** A text of a string schema without `enum`: of its format, or of its length with the bounds themselves among them. */
export function textOf({ format, minLength = 0, maxLength }: Part): fc.Arbitrary<string> {
  const least = Number(minLength);
  const most = maxLength === undefined ? least + 30 : Number(maxLength);
  switch (format) {
    case "uuid":
      return fc.oneof(
        fc.uuid(),
        fc.uuid().map((text) => text.toUpperCase()),
        fc.constant("00000000-0000-0000-0000-000000000000"),
      );
    case "date":
      return dates();
    case "date-time":
      return moments();
    case "email":
      // Different each time, for columns whose values are unique.
      return fc
        .tuple(fc.nat(), fc.constantFrom("@b.co", "+tag@sub.example.org", ".o'neil@x-y.example", "_1@EXAMPLE.COM"))
        .map(([number, rest]) => `a${number}${rest}`);
    case "uri":
      return fc.constantFrom(
        "https://example.org/",
        "http://localhost:3000/a?b=c#d",
        "HTTPS://user@EXAMPLE.org/%20/~x",
        "https://[::1]/",
      );
    default:
      return fc.oneof(
        { weight: 4, arbitrary: storableText(least, Math.min(most, least + 30)) },
        { weight: 1, arbitrary: storableText(least, least) },
        { weight: 1, arbitrary: most <= 500 ? storableText(most, most) : storableText(least, least + 60) },
      );
  }
}

function dates(): fc.Arbitrary<string> {
  const inRange = fc
    .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  return fc.oneof(inRange, fc.constantFrom("0001-01-01", "9999-12-31", "2024-02-29", "1582-10-10", "2000-02-29"));
}

function moments(): fc.Arbitrary<string> {
  const clock = fc.constantFrom("00:00:00", "23:59:59", "12:34:56.7", "01:02:03.123456", "04:05:06.999999999");
  const zone = fc.constantFrom("Z", "z", "+00:00", "-00:00", "+14:00", "-11:30");
  const separator = fc.constantFrom("T", "t");
  // Away from the first and the last year, where a zone could lead out of the calendar.
  const day = dates().filter((date) => date > "0002" && date < "9998");
  return fc.tuple(day, separator, clock, zone).map((parts) => parts.join(""));
}
