import { expect, test } from "vitest";
import { checksumOf, isSameFile, type MigrationFile } from "./migration-file.ts";
import { type AppliedMigration, planMigrations } from "./plan-migrations.ts";

const file = (version: number, sql = `select ${version};\n`): MigrationFile => ({
  version,
  description: "x",
  up: { fileName: `000${version}_x.up.sql`, sql, isTransactional: true },
  down: undefined,
});
const applied = (version: number, given: Partial<AppliedMigration> = {}): AppliedMigration => ({
  version,
  description: "x",
  success: true,
  checksum: checksumOf(`select ${version};\n`),
  installedOn: "2026-01-01T00:00:00.000Z",
  ...given,
});

test("what is not applied is pending, in order", () => {
  const pending = planMigrations({ files: [file(1), file(2), file(3)], applied: [applied(1)] });
  expect(pending.map(({ version }) => version)).toEqual([2, 3]);
});

test.each([
  { what: "an edited file", files: [file(1, "select 2;")], history: [applied(1)], code: "MIGRATE_FILE_EDITED" },
  {
    what: "a changed comment",
    files: [file(1, "select 1; -- x\n")],
    history: [applied(1)],
    code: "MIGRATE_FILE_EDITED",
  },
  { what: "a missing file", files: [file(2)], history: [applied(1)], code: "MIGRATE_FILE_MISSING" },
  { what: "an unfinished one", files: [file(1)], history: [applied(1, { success: false })], code: "MIGRATE_DIRTY" },
  { what: "a late file", files: [file(1), file(2)], history: [applied(2)], code: "MIGRATE_OUT_OF_ORDER" },
])("$what is $code", ({ files, history, code }) => {
  expect(() => planMigrations({ files, applied: history })).toThrow(expect.objectContaining({ code }));
});

test("a late file is applied when that is allowed", () => {
  const pending = planMigrations({ files: [file(1), file(2)], applied: [applied(2)], allowOutOfOrder: true });
  expect(pending.map(({ version }) => version)).toEqual([1]);
});

test.each([
  { applied: "a\nb\n", now: "a\r\nb\r\n", same: true },
  { applied: "a\r\nb\r\n", now: "a\nb\n", same: true },
  { applied: "a\nb", now: "a\nb\n", same: true },
  { applied: "a\nb\n\n", now: "a\nb", same: true },
  { applied: "a\nb\n", now: "a\n b\n", same: false },
])("applied as %o it is the same file: %o", ({ applied, now, same }) => {
  expect(isSameFile(now, checksumOf(applied))).toBe(same);
});
