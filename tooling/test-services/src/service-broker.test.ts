import { closeable } from "@shaperail/core";
import { expect, test } from "vitest";
import { requestService, startServiceBroker } from "./service-broker.ts";

test("a service starts when first asked for, once for everybody, and closes with the broker", async () => {
  const events: string[] = [];
  const broker = await startServiceBroker({
    used: async () => {
      events.push("start");
      return { url: "used://here", ...closeable(async () => void events.push("close")) };
    },
    unused: async () => {
      throw new Error("Nobody asked.");
    },
  });
  expect(events).toEqual([]);
  const urls = await Promise.all([1, 2, 3].map(() => requestService(broker.url, "used")));
  expect(urls).toEqual(["used://here", "used://here", "used://here"]);
  await Promise.all([broker.close(), broker.close()]);
  expect(events).toEqual(["start", "close"]);
});

test("a service that does not start says why to everyone who asks", async () => {
  await using broker = await startServiceBroker({
    broken: async () => {
      throw new Error("install it");
    },
  });
  for (const attempt of [1, 2]) {
    await expect(requestService(broker.url, "broken"), `attempt ${attempt}`).rejects.toThrow("install it");
  }
});
