import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, test } from "vitest";
import { EventsError } from "../errors.ts";
import { eventually, makeHome, makeQueue } from "../events.test-kit.ts";
import { createOutbox } from "../outbox/outbox.ts";
import { signWebhook } from "./sign.ts";
import { verifyWebhook } from "./verify.ts";

const secrets = ["a secret that is long enough to be one"];

test("a plain Express application accepts a webhook once, after it is stored, and nothing that is forged", async () => {
  await using home = await makeHome();
  const queue = makeQueue();
  await using outbox = createOutbox({
    database: home.database,
    queue,
    pollMs: 20,
    route: (event) => [{ id: event.id, name: "received", payload: JSON.parse(event.dataJson) }],
  });
  await outbox.start();
  const app = express();
  app.post("/hook", express.raw({ type: "*/*" }), async (request, response) => {
    try {
      const { key } = await verifyWebhook({
        headers: request.headers,
        body: request.body,
        secrets,
        schemes: ["standard"],
      });
      const data: unknown = JSON.parse(String(request.body));
      const isNew = await outbox.store({
        kind: "event",
        name: "inbound.paid",
        resource: "inbound",
        action: "paid",
        data,
        dedupeKey: key,
      });
      response.json({ accepted: isNew });
    } catch (error) {
      response.status(error instanceof EventsError ? 401 : 500).end();
    }
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const body = '{"type":"paid",  "amount":1}';
  const send = async (change: Record<string, string> = {}): Promise<[number, string]> => {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { ...signWebhook({ id: "msg_1", body, secrets }), ...change },
    });
    return [response.status, await response.text()];
  };
  try {
    expect(await send({ "webhook-id": "msg_2" })).toEqual([401, ""]);
    expect(await send()).toEqual([200, '{"accepted":true}']);
    expect(await send()).toEqual([200, '{"accepted":false}']);
    await eventually(() => queue.added.length === 1, { what: "the job" });
    expect(queue.added[0]).toMatchObject({ name: "received", payload: { type: "paid", amount: 1 } });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
