import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { signWebhook, verifyWebhook } from "@shaperail/events";
import { describe, expect, onTestFinished, test } from "vitest";
import { startProject } from "../running-project.test-kit.ts";
import { clientOf, eventually, everythingKept, jobServices, jobsProject, readNoted } from "./jobs-project.test-kit.ts";

const SECRET = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const EMAIL = "ann@example.org";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on this machine that answers with these statuses, the last one for ever. */
async function startReceiver(
  ...statuses: readonly number[]
): Promise<{ readonly url: string; readonly received: readonly Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(statuses[received.length - 1] ?? statuses.at(-1) ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

const outbound = (url: string, settings: string): string => `events:
  subscribers: [{ event: notes.created, targets: [{ type: webhook, url: "${url}" }] }]
  webhooks: { ${settings} }`;
const HERE = 'allow: ["127.0.0.1"], allow_http: true';

describe("webhooks out", () => {
  test("an event reaches its receiver, signed, again after a failure, without what is sensitive, and is logged", async () => {
    const services = await jobServices("redis");
    const client = clientOf(services);
    const { url, received } = await startReceiver(429, 200);
    const app = await startProject(jobsProject({ config: outbound(url, HERE) }), {
      ...services.env,
      WEBHOOK_SECRET: SECRET,
    });
    await app.call("/v1/notes", { method: "POST", body: { title: "one", email: EMAIL } });
    await eventually(
      () => received.length,
      (count) => count === 2,
    );
    for (const { headers, body } of received) {
      await expect(verifyWebhook({ headers, body, secrets: [SECRET], schemes: ["standard"] })).resolves.toBeDefined();
      const hex = createHmac("sha256", SECRET).update(body).digest("hex");
      expect(headers["x-shaperail-signature"]).toBe(`sha256=${hex}`);
      expect(JSON.parse(body)).toMatchObject({
        event: "notes.created",
        resource: "notes",
        action: "created",
        data: { title: "one" },
      });
      expect(body).not.toContain(EMAIL);
    }
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    const log = () =>
      client.sql("SELECT status_code, status, attempt FROM shaperail_webhook_delivery_log ORDER BY attempt");
    expect(await eventually(log, ({ length }) => length === 2)).toEqual([
      ["429", "pending", "1"],
      ["200", "success", "2"],
    ]);
    expect(await everythingKept(services)).not.toContain(EMAIL);
  });

  test("a receiver inside is not called unless it is allowed", async () => {
    const services = await jobServices("redis");
    const client = clientOf(services);
    const { url, received } = await startReceiver(200);
    const app = await startProject(jobsProject({ config: outbound(url, "allow_http: true") }), {
      ...services.env,
      WEBHOOK_SECRET: SECRET,
    });
    await app.call("/v1/notes", { method: "POST", body: { title: "one" } });
    const log = () => client.sql("SELECT status_code, status, error FROM shaperail_webhook_delivery_log");
    expect(await eventually(log, ({ length }) => length === 1)).toEqual([
      ["0", "failed", "refused: the address may not be called"],
    ]);
    expect(received).toEqual([]);
  });

  test("a receiver that is gone is disabled, which is an event of its own", async () => {
    const services = await jobServices("redis");
    const client = clientOf(services);
    const { url, received } = await startReceiver(410);
    const app = await startProject(jobsProject({ config: outbound(url, HERE) }), {
      ...services.env,
      WEBHOOK_SECRET: SECRET,
    });
    await app.call("/v1/notes", { method: "POST", body: { title: "one" } });
    const log = () => client.sql("SELECT event, data FROM shaperail_event_log WHERE resource = 'webhook'");
    const [event] = await eventually(log, ({ length }) => length === 1);
    expect(event?.[0]).toBe("webhook.disabled");
    expect(event?.[1]).not.toContain("/hook");
    await app.call("/v1/notes", { method: "POST", body: { title: "two" } });
    await eventually(
      () => client.sql("SELECT 1 FROM shaperail_webhook_delivery_log"),
      ({ length }) => length === 2,
    );
    expect(received).toHaveLength(1);
  });

  test("without the secret nothing starts", async () => {
    const { env } = await jobServices("redis");
    await expect(
      startProject(jobsProject({ config: outbound("https://example.org/", "") }), env),
    ).rejects.toMatchObject({
      code: "PROJECT_INVALID",
      message: expect.stringContaining("WEBHOOK_SECRET"),
    });
  });
});

const INBOUND = `events:
  subscribers: [{ event: "inbound.*", targets: [{ type: job, name: on_inbound }] }]
  inbound:
    - { path: /hooks/github, secret_env: HOOK_SECRET, signature_header: X-Hub-Signature-256 }
    - { path: /hooks/stripe, secret_env: HOOK_SECRET, signature_header: Stripe-Signature, events: [payment.done] }
    - { path: /hooks/peer, secret_env: HOOK_SECRET, signature_header: X-Shaperail-Signature }
    - { path: /hooks/any, secret_env: HOOK_SECRET }`;
const ON_INBOUND = `export async function handle(event, { db }) {
  const title = event.event + " " + event.data.n;
  await db.insertInto("noted").values({ job: "x", title, payload: JSON.stringify(event.data) }).execute();
}`;

const hmac = (text: string, secret = SECRET): string => createHmac("sha256", secret).update(text).digest("hex");
const seconds = (): string => String(Math.floor(Date.now() / 1_000));
const stripe = (body: string, time = seconds(), secret = SECRET): Record<string, string> => ({
  "stripe-signature": `t=${time},v1=${hmac(`${time}.${body}`, secret)}`,
});
const github = (body: string, secret = SECRET): Record<string, string> => ({
  "x-hub-signature-256": `sha256=${hmac(body, secret)}`,
});

describe("webhooks in", () => {
  async function start() {
    const services = await jobServices("redis");
    const files = jobsProject({ config: INBOUND, files: { "jobs/on_inbound.ts": ON_INBOUND } });
    const app = await startProject(files, { ...services.env, HOOK_SECRET: SECRET });
    const send = async (path: string, body: string, headers: Record<string, string>) => {
      const response = await fetch(`${app.url}${path}`, { method: "POST", body, headers });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };
    return { client: clientOf(services), send, app };
  }

  test("GitHub, Stripe, Shaperail and Standard Webhooks are verified on their bytes, stored, and become jobs, each once", async () => {
    const { client, send } = await start();
    const body = (type: string, n: number): string => `{ "type": "${type}",\n "n": ${n}, "exact": 9007199254740993 }`;
    const accepted = [
      { path: "/hooks/github", body: '{"action":"opened","n":1}', headers: github('{"action":"opened","n":1}') },
      { path: "/hooks/stripe", body: body("payment.done", 2), headers: stripe(body("payment.done", 2)) },
      { path: "/hooks/peer", body: body("a", 3), headers: { "x-shaperail-signature": `sha256=${hmac(body("a", 3))}` } },
      {
        path: "/hooks/any",
        body: body("b", 4),
        headers: { ...signWebhook({ id: "m1", body: body("b", 4), secrets: [SECRET] }) },
      },
      { path: "/hooks/any", body: body("c", 5), headers: { "x-webhook-signature": `sha256=${hmac(body("c", 5))}` } },
    ];
    for (const { path, body: text, headers } of accepted) {
      expect(await send(path, text, headers)).toEqual({ status: 200, json: { accepted: true } });
      expect(await send(path, text, headers)).toEqual({ status: 200, json: { accepted: true, duplicate: true } });
    }
    const noted = await eventually(
      () => readNoted(client),
      ({ length }) => length >= accepted.length,
    );
    expect(noted.map(({ title }) => title)).toEqual([
      "inbound.a 3",
      "inbound.b 4",
      "inbound.c 5",
      "inbound.opened 1",
      "inbound.payment.done 2",
    ]);
    expect(await client.sql("SELECT data FROM shaperail_outbox WHERE name = 'inbound.a'")).toEqual([
      ['{"n": 3, "type": "a", "exact": 9007199254740993}'],
    ]);
  });

  test.each([
    { what: "no signature", path: "/hooks/any", headers: () => ({}), status: 401 },
    { what: "another secret", path: "/hooks/github", headers: (body: string) => github(body, "another"), status: 401 },
    { what: "an empty secret", path: "/hooks/github", headers: (body: string) => github(body, ""), status: 401 },
    { what: "the signature of another body", path: "/hooks/github", headers: () => github("{}"), status: 401 },
    { what: "a scheme that is not the path's", path: "/hooks/stripe", headers: github, status: 401 },
    {
      what: "a signature from an hour ago",
      path: "/hooks/stripe",
      headers: (body: string) => stripe(body, String(Number(seconds()) - 3_600)),
      status: 401,
    },
    { what: "a body that is not JSON", path: "/hooks/github", body: "{", headers: github, status: 422 },
    {
      what: "a text that jsonb cannot keep",
      path: "/hooks/github",
      body: '{"type":"x","a":"\\u0000"}',
      headers: github,
      status: 422,
    },
  ])(
    "$what is answered $status, and stores nothing",
    async ({ path, body = '{"type":"payment.done","n":1}', headers, status }) => {
      const { client, send } = await start();
      const answer = await send(path, body, headers(body));
      expect(answer.status).toBe(status);
      expect(await client.sql("SELECT 1 FROM shaperail_outbox")).toEqual([]);
    },
  );

  test("an event that is not wanted is answered, and not stored", async () => {
    const { client, send } = await start();
    const body = '{"type":"payment.failed"}';
    expect(await send("/hooks/stripe", body, stripe(body))).toEqual({
      status: 200,
      json: { accepted: false, reason: "payment.failed is not among the events" },
    });
    expect(await client.sql("SELECT 1 FROM shaperail_outbox")).toEqual([]);
  });
});
