export {
  insertSeeds,
  type SeededTable,
  type SeedFile,
  type SeedOptions,
  type SeedOutcome,
  type SeedProgress,
  type SeedRecord,
  type UpsertedTable,
} from "./seed/insert-seeds.ts";
export { SeedError, type SeedErrorCode } from "./seed/errors.ts";
