const SECONDS_BY_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `24h`, `30d`: digits and one unit. */
export const DURATION: RegExp = /^([0-9]{1,9})([smhd])$/;

/** The seconds of a duration such as `0s`, `90s`, `60m`, `24h` or `30d`; undefined when it is not one. */
export function secondsOf(text: string): number | undefined {
  const [, digits = "", unit = ""] = DURATION.exec(text) ?? [];
  const factor = SECONDS_BY_UNIT[unit];
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** The seconds of a duration; undefined when it is not one, or lasts no time at all. */
export function parseDuration(text: string): number | undefined {
  const seconds = secondsOf(text);
  return seconds === 0 ? undefined : seconds;
}
