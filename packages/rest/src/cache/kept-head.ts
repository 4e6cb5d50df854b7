import type { Rendered } from "../controller.ts";

/** What stands in front of a kept body. */
export type KeptHead = Pick<Rendered, "status" | "headers">;

const PLAIN: KeptHead = { status: 200, headers: undefined };

/** As text: nothing for a plain 200, the entity tag alone when that is all there is, JSON for the rest. */
export function encodeHead({ status, headers = {} }: KeptHead): string {
  const names = Object.keys(headers);
  const tag = headers["ETag"];
  if (status === 200 && names.length === 0) return "";
  return status === 200 && names.length === 1 && tag?.startsWith('"') === true
    ? tag
    : JSON.stringify([status, headers]);
}

export function decodeHead(text: string): KeptHead {
  if (text === "") return PLAIN;
  if (text.startsWith('"')) return { status: 200, headers: { ETag: text } };
  const [status, headers] = JSON.parse(text) as [number, Record<string, string>];
  return { status, headers };
}
