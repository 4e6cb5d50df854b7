/** Where chance begins: another place in each run, or the one that a failure has printed. */
export function seedOf(env: Readonly<Record<string, string | undefined>>): number {
  const given = env["CONFORMANCE_SEED"];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
