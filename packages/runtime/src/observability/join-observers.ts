import type { Observer } from "@shaperail/core";

/** Both see every operation; the context that travels is that of the first. */
export function joinObservers(first: Observer, second: Observer): Observer {
  return {
    ...first,
    observe: (operation, attributes, run) =>
      first.observe(operation, attributes, (tellFirst) =>
        second.observe(operation, attributes, (tellSecond) =>
          run((facts) => {
            tellFirst(facts);
            tellSecond(facts);
          }),
        ),
      ),
  };
}
