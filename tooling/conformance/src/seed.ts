/** Where chance begins: another place in each run, or the one that a failure has printed. */
export function seedOf(env: Readonly<Record<string, string | undefined>>): number {
  const given = env["CONFORMANCE_SEED"];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

/** Requests per operation: as many as the test wants, or more, to search for longer. */
export function requestsOf(env: Readonly<Record<string, string | undefined>>, usual: number): number {
  return Math.max(usual, Number(env["CONFORMANCE_REQUESTS"] ?? 0));
}
