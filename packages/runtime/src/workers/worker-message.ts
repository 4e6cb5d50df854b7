import type { MetricsSnapshot } from "@shaperail/metrics";

/** What a process that serves tells the one that started it. */
export type MessageToPrimary =
  /** It answers requests from now on. */
  | { readonly type: "listening" }
  /** Somebody reads the page of metrics of it: what do all of us say? */
  | { readonly type: "collect"; readonly id: number }
  /** What it says itself, for the round of that number. */
  | { readonly type: "snapshot"; readonly round: number; readonly snapshot: MetricsSnapshot };

/** What it hears. */
export type MessageToWorker =
  /** Finish what is being answered, and end. */
  | { readonly type: "stop" }
  | { readonly type: "report"; readonly round: number }
  | { readonly type: "collected"; readonly id: number; readonly snapshot: MetricsSnapshot };

type Message = MessageToPrimary | MessageToWorker;

export function isMessage<Type extends Message["type"]>(
  message: unknown,
  type: Type,
): message is Extract<Message, { readonly type: Type }> {
  return typeof message === "object" && message !== null && "type" in message && message.type === type;
}
