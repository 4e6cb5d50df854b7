import { expect, test } from "vitest";
import type { Route } from "./exchange.ts";
import { deferred, get, rawClient } from "./raw-client.test-kit.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";
import { signalOf } from "./signal.ts";

test("the signal is aborted when the client leaves before the answer", async () => {
  const signal = deferred<AbortSignal>();
  const handle: Route["handle"] = (exchange) => signal.resolve(signalOf(exchange));
  const { port } = await startServer({ routes: [{ method: "GET", path: "/", handle }] });
  const client = await rawClient(port);
  client.write(get("/"));
  const given = await signal.promise;
  expect(given.aborted).toBe(false);
  client.socket.destroy();
  await expect.poll(() => given.aborted).toBe(true);
});

test("the signal is not aborted by an answer, and it is the same one each time", async () => {
  const signals: AbortSignal[] = [];
  const finished = deferred<void>();
  const handle: Route["handle"] = (exchange) => {
    signals.push(signalOf(exchange), signalOf(exchange));
    sendJson(exchange, 200, "{}");
  };
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle }],
    onFinish: () => finished.resolve(),
  });
  await (await fetch(`${url}/`)).text();
  await finished.promise;
  expect(signals[0]).toBe(signals[1]);
  expect(signals[0]?.aborted).toBe(false);
});

test("asked for after the client left, the signal is aborted already", async () => {
  const left = deferred<void>();
  const late = deferred<boolean>();
  const handle: Route["handle"] = async (exchange) => {
    await left.promise;
    late.resolve(signalOf(exchange).aborted);
  };
  const { port } = await startServer({
    routes: [{ method: "GET", path: "/", handle }],
    onFinish: () => left.resolve(),
  });
  const client = await rawClient(port);
  client.write(get("/"));
  setTimeout(() => client.socket.destroy(), 10);
  expect(await late.promise).toBe(true);
});
