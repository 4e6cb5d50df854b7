const BYTES_BY_UNIT: Readonly<Record<string, number>> = { kb: 1_024, mb: 1_048_576 };

/** `64kb`, `1mb`: digits and one unit. */
export const SIZE: RegExp = /^([0-9]{1,6})(kb|mb)$/;

/** The bytes of a size such as `64kb` or `1mb`, of 1,024 and 1,048,576 bytes; undefined when it is not one, or nothing. */
export function parseSize(text: string): number | undefined {
  const [, digits = "", unit = ""] = SIZE.exec(text) ?? [];
  const bytes = Number(digits) * (BYTES_BY_UNIT[unit] ?? 0);
  return bytes > 0 ? bytes : undefined;
}
