import type { Exchange } from "./exchange.ts";

const signals = new WeakMap<Exchange, AbortSignal>();

/** A signal that is aborted when the client goes away before the answer is complete. Created when first asked for. */
export function signalOf(exchange: Exchange): AbortSignal {
  const known = signals.get(exchange);
  if (known !== undefined) return known;
  const controller = new AbortController();
  signals.set(exchange, controller.signal);
  const { response } = exchange;
  const abortUnlessAnswered = (): void => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.closed || response.destroyed) abortUnlessAnswered();
  else response.once("close", abortUnlessAnswered);
  return controller.signal;
}
