import { expect, test } from "vitest";
import { checksumOf, isSameFile, type MigrationFile } from "./migration-file.ts";
import { type AppliedMigration, planMigrations } from "./plan-migrations.ts";

const file = (version: number, sql = `select ${version};\n`): MigrationFile => ({
  version,
  description: "x",
  up: { fileName: `000${version}_x.up.sql`, sql, isTransactional: true, isRepeatable: false },
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

test("a repeatable file that stopped half-way is pending again, and any change to it counts", () => {
  const repeatable = { ...file(1, "select 9;"), up: { ...file(1, "select 9;").up, isRepeatable: true } };
  const pending = planMigrations({ files: [repeatable, file(2)], applied: [applied(1, { success: false })] });
  expect(pending.map(({ version }) => version)).toEqual([1, 2]);
});

test("an edited file that is accepted by name is applied as it is", () => {
  const files = [file(1, "select 2;")];
  const acceptEdited = ["0001_x.up.sql"];
  expect(planMigrations({ files, applied: [applied(1)], acceptEdited })).toEqual([]);
});

test("an edited file is explained: since when, how to see what changed, how to accept it", () => {
  const plan = (): unknown => planMigrations({ files: [file(1, "select 2;")], applied: [applied(1)] });
  const hint = expect.stringMatching(
    /2026-01-01.*git log -p -- "\*\/0001_x\.up\.sql".*--accept-edited 0001_x\.up\.sql/,
  );
  expect(plan).toThrow(expect.objectContaining({ hint }));
});

test("nothing after the version that was asked for is pending", () => {
  const pending = planMigrations({ files: [file(1), file(2), file(3)], applied: [applied(1)], to: 2 });
  expect(pending.map(({ version }) => version)).toEqual([2]);
});

test.each([
  { what: "a version", choices: { to: 9 } },
  { what: "a file name", choices: { acceptEdited: ["0009_nine.sql"] } },
])("$what of no migration is refused", ({ choices }) => {
  const plan = (): unknown => planMigrations({ files: [file(1)], applied: [], ...choices });
  expect(plan).toThrow(expect.objectContaining({ code: "MIGRATE_FILE_UNKNOWN" }));
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
