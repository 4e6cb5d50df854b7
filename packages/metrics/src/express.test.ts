import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { createMetrics } from "./index.ts";

test("an Express application is observed by the templates of its routes", async () => {
  const metrics = createMetrics({ processMetrics: false });
  const users = express.Router().get("/:id", (_request, response) => void response.send("a user"));
  const app = express().use(metrics.watch).use("/users", users).get("/metrics", metrics.handle);
  const server = createServer(app).listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = async (path: string): Promise<string> => (await fetch(url + path)).text();

  for (const id of ["1", "2"]) await get(`/users/${id}`);
  for (let n = 0; n < 200; n += 1) await get(`/random/${Math.random()}`);
  const page = (await get("/metrics")).split("\n");
  expect(page).toContain('shaperail_http_requests_total{method="GET",path="/users/:id",status="200"} 2');
  expect(page).toContain('shaperail_http_requests_total{method="GET",path="unmatched",status="404"} 200');
  expect(page.filter((line) => line.startsWith("shaperail_http_requests_total"))).toHaveLength(3);
});
