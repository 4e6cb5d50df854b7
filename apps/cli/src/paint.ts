import picocolors from "picocolors";
import type { Output } from "./command.ts";

/** Colours for what goes to this output; plain text where colours are not wanted. */
export function paintFor({ color }: Output): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(color);
}
