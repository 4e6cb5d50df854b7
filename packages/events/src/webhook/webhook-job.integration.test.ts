import { createQueue, createWorker, defineJob, type JobQueue, type JobWorker, migrateJobs } from "@shaperail/jobs";
import { testRedis } from "@shaperail/test-services";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createEventRouter } from "../event-router.ts";
import { eventually, makeHome, type TestHome } from "../events.test-kit.ts";
import { createOutbox, type Outbox } from "../outbox/outbox.ts";
import { createDeliveryLog } from "./delivery-log.ts";
import { createEndpointStore } from "./endpoint-store.ts";
import { type Receiver, startReceiver } from "./receiver.test-kit.ts";
import { createWebhookSender, type WebhookSender } from "./sender.ts";
import { verifyWebhook } from "./verify.ts";
import { webhookJob, type WebhookJobOptions } from "./webhook-job.ts";

const secret = "a secret that is long enough to be one";

describe.each(["redis", "postgres"] as const)("webhooks from write to receiver, with jobs on %s", (kind) => {
  let home: TestHome;
  let redis: Awaited<ReturnType<typeof testRedis>>;
  let sender: WebhookSender;
  let count = 0;
  const open: (JobQueue | JobWorker | Outbox | Receiver)[] = [];

  beforeAll(async () => {
    home = await makeHome();
    redis = await testRedis();
    if (kind === "postgres") await migrateJobs({ url: home.url });
    sender = createWebhookSender({ allowHttp: true, allow: ["127.0.0.1"], timeoutMs: 2_000 });
  });
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });
  afterAll(async () => {
    await sender.close();
    await redis.close();
    await home.close();
  });

  async function start(
    answer: Parameters<typeof startReceiver>[0],
    options: Partial<WebhookJobOptions> = {},
  ): Promise<{ receiver: Receiver; outbox: Outbox; queue: JobQueue; url: string }> {
    count += 1;
    const name = `webhooks${count}`;
    const backend =
      kind === "redis" ? ({ kind, url: redis.url, prefix: redis.prefix } as const) : ({ kind, url: home.url } as const);
    const receiver = await startReceiver(answer);
    const queue = createQueue({ backend, name, timeoutMs: 10_000 });
    const { route } = createEventRouter([
      { event: `posts${count}.*`, targets: [{ type: "webhook", url: receiver.url }] },
    ]);
    const outbox = createOutbox({ database: home.database, queue, route, pollMs: 20 });
    const deliver = defineJob(
      webhookJob({
        sender,
        secrets: () => [secret],
        endpoints: createEndpointStore({ database: home.database, disableAfter: 4 }),
        log: createDeliveryLog({ database: home.database }),
        pausesMs: [10, 10, 10],
        ...options,
      }),
    );
    const worker = createWorker({ backend, name, jobs: [deliver] });
    open.push(receiver, queue, outbox, worker);
    await worker.start();
    await outbox.start();
    return { receiver, outbox, queue, url: receiver.url };
  }
  const emit = (outbox: Outbox, action = "created"): Promise<boolean> =>
    outbox.store({ kind: "event", name: `posts${count}.${action}`, resource: "posts", action, data: { id: 1 } });
  const logOf = async (url: string): Promise<readonly (readonly (string | null)[])[]> =>
    (
      await home.database.run(
        {
          name: "test.log",
          text: `SELECT attempt, status, status_code, error FROM shaperail_webhook_delivery_log WHERE url = $1 ORDER BY timestamp, attempt`,
        },
        [url],
      )
    ).rows;

  test("a receiver that answers 500 three times and then 200 gets the same id and a valid signature each time", async () => {
    const { receiver, outbox, url, queue } = await start((response, _request, attempt) =>
      response.writeHead(attempt <= 3 ? 500 : 200).end(),
    );
    await emit(outbox);
    await eventually(() => receiver.requests.length === 4, { what: "four deliveries" });
    expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.requests.map(({ body }) => body.toString())).size).toBe(1);
    for (const { headers, body } of receiver.requests)
      await expect(verifyWebhook({ headers, body, secrets: [secret] })).resolves.toMatchObject({ scheme: "standard" });
    await eventually(async () => (await logOf(url)).length === 4, { what: "the log" });
    expect(await logOf(url)).toEqual([
      ["1", "pending", "500", "rejected: 500"],
      ["2", "pending", "500", "rejected: 500"],
      ["3", "pending", "500", "rejected: 500"],
      ["4", "success", "200", null],
    ]);
    await eventually(async () => (await queue.counts()).completed === 1, { what: "the end" });
  });

  test("a receiver that fails too often is disabled with an event, and gets nothing more until it is enabled", async () => {
    const disabled: unknown[] = [];
    const { receiver, outbox, url, queue } = await start((response) => response.writeHead(500).end(), {
      onDisabled: async (endpoint) => void disabled.push(endpoint),
    });
    await emit(outbox);
    await eventually(async () => (await queue.counts()).dead === 1, { what: "the dead letter" });
    expect(disabled).toEqual([{ url, reason: "rejected: 500" }]);
    expect(receiver.requests).toHaveLength(4);
    expect((await queue.dead())[0]?.error).toContain("EVENTS_WEBHOOK_FAILED");

    await emit(outbox, "updated");
    await eventually(async () => (await logOf(url)).at(-1)?.[3] === "disabled: nothing was sent", {
      what: "the refusal",
    });
    expect(receiver.requests).toHaveLength(4);
    await createEndpointStore({ database: home.database }).enable(url);
    await emit(outbox, "deleted");
    await eventually(() => receiver.requests.length > 4, { what: "the delivery" });
  });

  test("a receiver that says 410 is disabled at once and not tried again", async () => {
    const disabled: unknown[] = [];
    const { receiver, outbox, url, queue } = await start((response) => response.writeHead(410).end(), {
      onDisabled: async (endpoint) => void disabled.push(endpoint),
    });
    await emit(outbox);
    await eventually(async () => (await queue.counts()).dead === 1, { what: "the dead letter" });
    expect(receiver.requests).toHaveLength(1);
    expect(disabled).toEqual([{ url, reason: "gone: 410" }]);
  });

  test("Retry-After makes the next attempt wait", async () => {
    const { receiver, outbox, queue } = await start((response, _request, attempt) =>
      response.writeHead(attempt === 1 ? 429 : 200, { "retry-after": "1" }).end(),
    );
    const started = Date.now();
    await emit(outbox);
    await eventually(() => receiver.requests.length === 2, { what: "the second attempt" });
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
    await eventually(async () => (await queue.counts()).completed === 1, { what: "the end" });
  });

  test("without a secret nothing is sent and the job is dead at once", async () => {
    const { receiver, outbox, queue } = await start((response) => response.end(), { secrets: () => [] });
    await emit(outbox);
    await eventually(async () => (await queue.counts()).dead === 1, { what: "the dead letter" });
    expect(receiver.requests).toEqual([]);
    expect((await queue.dead())[0]).toMatchObject({
      attempts: 1,
      error: expect.stringContaining("EVENTS_SECRET_MISSING"),
    });
  });
});
