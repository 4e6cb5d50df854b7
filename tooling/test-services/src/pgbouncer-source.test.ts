import { expect, test } from "vitest";
import { PGBOUNCER_MISSING, preparePgBouncer } from "./pgbouncer-source.ts";

test("a PgBouncer that is there is used, and nothing is installed", () => {
  const install = (): boolean => expect.fail("nothing is to be installed");
  expect(preparePgBouncer({ find: () => "/usr/sbin/pgbouncer", install })).toBe("/usr/sbin/pgbouncer");
});

test("a missing one is installed where that is possible", () => {
  let installed = false;
  const find = (): string | undefined => (installed ? "/usr/sbin/pgbouncer" : undefined);
  expect(preparePgBouncer({ find, install: () => (installed = true) })).toBe("/usr/sbin/pgbouncer");
});

test("without one and without a way to install it, one line says what to do", () => {
  expect(() => preparePgBouncer({ find: () => undefined, install: () => false })).toThrow(PGBOUNCER_MISSING);
  expect(PGBOUNCER_MISSING).not.toContain("\n");
});
