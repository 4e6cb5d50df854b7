import type { ControllerContext } from "@shaperail/rest";

/** Keeps titles tidy; leaves alone what would be empty afterwards. */
export function trim_title({ input }: ControllerContext): void {
  const { title } = input as { title?: unknown };
  if (typeof title === "string" && title.trim() !== "") input["title"] = title.trim();
}

/** Adds a header that says what was stored. */
export function announce({ data, response_headers: headers }: ControllerContext): void {
  headers.push(["Content-Language", data === null ? "und" : "en"]);
}
