import { oneOf } from "./format.ts";
import { type Settings, withDefault } from "./setting.ts";

export interface MigrationsValues {
  on_pending: "refuse" | "warn";
}

export const MIGRATIONS: Settings<MigrationsValues> = {
  on_pending: withDefault(oneOf(["refuse", "warn"]), "refuse", {
    doc: "What a server does in production when migrations are pending: not start, or say so and start.",
  }),
};
