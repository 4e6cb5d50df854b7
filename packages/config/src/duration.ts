const MS_BY_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `24h`, `30d`: digits and one unit, in whole seconds. */
export const DURATION: RegExp = /^([0-9]{1,9})([smhd])$/;

/** The same, or milliseconds: `500ms`. */
export const FINE_DURATION: RegExp = /^([0-9]{1,9})(ms|[smhd])$/;

/** The milliseconds of a duration such as `0s`, `500ms`, `90s` or `24h`; undefined when it is not one. */
export function millisecondsOf(text: string): number | undefined {
  const [, digits = "", unit = ""] = FINE_DURATION.exec(text) ?? [];
  const factor = MS_BY_UNIT[unit];
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** The seconds of a duration; undefined when it is not one, is in milliseconds, or lasts no time at all. */
export function parseDuration(text: string): number | undefined {
  const milliseconds = DURATION.test(text) ? millisecondsOf(text) : undefined;
  return milliseconds === undefined || milliseconds === 0 ? undefined : milliseconds / 1_000;
}
