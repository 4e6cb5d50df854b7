/** What the process that watches and the process that serves say to each other. */
export type ServerMessage =
  /** Load the project with this environment. */
  | { readonly type: "load"; readonly env: Readonly<Record<string, string | undefined>> }
  /** The project is loaded and compiled; nothing is open yet. */
  | { readonly type: "prepared" }
  /** Open everything and listen. */
  | { readonly type: "start" }
  | { readonly type: "listening"; readonly port: number; readonly url: string };

export function isServerMessage<Type extends ServerMessage["type"]>(
  message: unknown,
  type: Type,
): message is Extract<ServerMessage, { readonly type: Type }> {
  return typeof message === "object" && message !== null && "type" in message && message.type === type;
}
