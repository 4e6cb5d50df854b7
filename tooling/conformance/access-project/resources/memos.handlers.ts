import type { HandlerContext } from "@shaperail/rest";
import { type Database, titlesOf } from "../titles-of.ts";

export const titles = (context: HandlerContext<Record<string, unknown>, Database>): Promise<unknown> =>
  titlesOf("memos", context);
