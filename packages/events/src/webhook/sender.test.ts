import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noopObserver, type Observer } from "@shaperail/core";
import { afterEach, expect, test } from "vitest";
import type { Lookup } from "./address-guard.ts";
import { type Receiver, startReceiver } from "./receiver.test-kit.ts";
import { createWebhookSender, type WebhookDelivery, type WebhookSenderOptions } from "./sender.ts";
import { verifyWebhook } from "./verify.ts";

const secret = "a secret that is long enough to be one";
const body = '{"event":"posts.created"}';
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function receiver(...answer: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...answer);
  open.push(started);
  return started;
}
function deliver(url: string, options: WebhookSenderOptions = {}): Promise<WebhookDelivery> {
  const sender = createWebhookSender({ allowHttp: true, allow: ["127.0.0.1"], timeoutMs: 300, ...options });
  open.push(sender);
  return sender.deliver({ url, id: "msg_1", body, secrets: [secret] });
}

test("the receiver gets exactly the bytes, signed so that it can verify them", async () => {
  const { url, requests } = await receiver((response) => response.writeHead(204).end());
  expect(await deliver(url)).toMatchObject({ outcome: { kind: "delivered", status: 204 }, isTruncated: false });
  const [request] = requests;
  expect(request).toMatchObject({
    method: "POST",
    path: "/hook",
    headers: { "content-type": "application/json", "user-agent": "Shaperail-Webhook/1" },
  });
  expect(request?.body.toString()).toBe(body);
  for (const schemes of [["standard"], ["shaperail"]] as const)
    await expect(
      verifyWebhook({ headers: request?.headers ?? {}, body: request?.body ?? "", secrets: [secret], schemes }),
    ).resolves.toBeDefined();
});

test.each([
  { status: 200, headers: {}, outcome: { kind: "delivered", status: 200 } },
  {
    status: 301,
    headers: { location: "http://169.254.169.254/latest/meta-data" },
    outcome: { kind: "rejected", status: 301 },
  },
  { status: 307, headers: { location: "/elsewhere" }, outcome: { kind: "rejected", status: 307 } },
  { status: 410, headers: {}, outcome: { kind: "gone", status: 410 } },
  { status: 429, headers: { "retry-after": "7" }, outcome: { kind: "throttled", status: 429, retryAfterMs: 7_000 } },
  { status: 500, headers: {}, outcome: { kind: "rejected", status: 500 } },
  { status: 503, headers: { "retry-after": "1" }, outcome: { kind: "rejected", status: 503, retryAfterMs: 1_000 } },
])(
  "a receiver that answers $status is $outcome.kind, and nothing is followed (J09)",
  async ({ status, headers, outcome }) => {
    const { url, requests } = await receiver((response) => response.writeHead(status, headers).end("text"));
    expect((await deliver(url)).outcome).toMatchObject(outcome);
    expect(requests).toHaveLength(1);
  },
);

test("a receiver that never answers is cut off in time (J09)", async () => {
  const { url } = await receiver(() => undefined);
  const delivery = await deliver(url);
  expect(delivery.outcome).toEqual({ kind: "unreachable", reason: "TIMEOUT" });
  expect(delivery.durationMs).toBeLessThan(5_000);
});

test("a receiver that accepts the connection and says nothing is cut off in time (J09)", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  for (const scheme of ["http", "https"])
    expect((await deliver(`${scheme}://127.0.0.1:${port}/`)).outcome).toEqual({
      kind: "unreachable",
      reason: "TIMEOUT",
    });
  silent.close();
});

test("an endless answer is cut after 64 kB, and its status counts (J09)", async () => {
  const { url } = await receiver((response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(16_384);
    const pour = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", pour);
    pour();
  });
  const delivery = await deliver(url, { timeoutMs: 10_000 });
  expect(delivery).toMatchObject({ outcome: { kind: "delivered" }, isTruncated: true });
  expect(delivery.responseBytes).toBeLessThan(200_000);
});

test("an answer that drips is cut in time, and its status counts (J09)", async () => {
  const { url } = await receiver((response) => {
    response.writeHead(500);
    const drip = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(drip));
  });
  const delivery = await deliver(url);
  expect(delivery).toMatchObject({ outcome: { kind: "rejected", status: 500 }, isTruncated: true });
  expect(delivery.durationMs).toBeLessThan(5_000);
});

test.each([
  {
    what: "headers that never end",
    answer: (socket: NodeJS.WritableStream) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}`),
    reason: "UND_ERR_HEADERS_OVERFLOW",
  },
  {
    what: "something that is no HTTP",
    answer: (socket: NodeJS.WritableStream) => void socket.end("hello\r\n\r\n"),
    reason: /^HTTPParserError$/,
  },
  {
    what: "nothing, and hangs up",
    answer: (socket: NodeJS.WritableStream) => void socket.end(),
    reason: /^(UND_ERR_SOCKET|ECONNRESET)$/,
  },
])("a receiver that answers $what is unreachable", async ({ answer, reason }) => {
  const raw = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
  const address = raw.address();
  const { outcome } = await deliver(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`);
  expect(outcome).toEqual({ kind: "unreachable", reason: expect.stringMatching(reason) });
  raw.close();
});

test("a port where nobody listens is unreachable", async () => {
  const { port, close } = await startReceiver(() => undefined);
  await close();
  expect((await deliver(`http://127.0.0.1:${port}/`)).outcome).toEqual({ kind: "unreachable", reason: "ECONNREFUSED" });
});

test.each([
  "127.0.0.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "0.0.0.0",
  "2130706433",
  "0x7f000001",
  "017700000001",
  "127.1",
  "localhost",
  "169.254.169.254",
  "10.0.0.1",
  "[64:ff9b::7f00:1]",
  "[fd00:ec2::254]",
  "[::]",
])("nothing is sent to %s when it is not allowed (J11)", async (host) => {
  const { port, requests } = await receiver((response) => response.end());
  expect((await deliver(`http://${host}:${port}/`, { allow: [] })).outcome).toEqual({ kind: "refused" });
  expect(requests).toEqual([]);
});

test("a name that answers with a public address first and a private one later is refused when it is dialled (J11)", async () => {
  const { port, requests } = await receiver((response) => response.end());
  let asked = 0;
  const rebinding: Lookup = (_name, _options, callback) =>
    callback(null, [{ address: (asked += 1) === 1 ? "1.1.1.1" : "127.0.0.1", family: 4 }]);
  rebinding("example.org", { all: true }, () => undefined); // Whoever checks before dialling spends the public answer.
  expect((await deliver(`http://example.org:${port}/`, { allow: [], lookup: rebinding })).outcome).toEqual({
    kind: "refused",
  });
  expect(requests).toEqual([]);
});

test("of a name with a public and a private address the private one is never dialled (J11)", async () => {
  const { port, requests } = await receiver((response) => response.end());
  const mixed: Lookup = (_name, _options, callback) =>
    callback(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "192.0.2.1", family: 4 },
    ]);
  expect((await deliver(`http://example.org:${port}/`, { allow: ["192.0.2.1"], lookup: mixed })).outcome).toMatchObject(
    { kind: "unreachable" },
  );
  expect(requests).toEqual([]);
});

test.each([
  { url: "http://127.0.0.1/", allowHttp: false },
  { url: "ftp://example.org/", allowHttp: true },
  { url: "https://ann:secret@example.org/", allowHttp: true },
  { url: "/hook", allowHttp: true },
  { url: "", allowHttp: true },
  { url: "file:///etc/passwd", allowHttp: true },
])("$url is not usable, and the error does not repeat it", async ({ url, allowHttp }) => {
  const error = await deliver(url, { allowHttp }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "EVENTS_WEBHOOK_URL_INVALID" });
  expect(String(error)).not.toContain("secret");
});

test("without a secret nothing is sent", async () => {
  const { url, requests } = await receiver((response) => response.end());
  const sender = createWebhookSender({ allowHttp: true, allow: ["127.0.0.1"] });
  open.push(sender);
  for (const secrets of [[], [""]])
    await expect(sender.deliver({ url, id: "1", body, secrets })).rejects.toMatchObject({
      code: "EVENTS_SECRET_MISSING",
    });
  expect(requests).toEqual([]);
});

test("a certificate that nobody trusts is refused, and one of a trusted authority is not", async () => {
  const directory = mkdtempSync(join(tmpdir(), "webhook-tls-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      ...subject,
    ],
    { stdio: "ignore" },
  );
  const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
    response.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
  expect((await deliver(url)).outcome).toEqual({ kind: "unreachable", reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  expect((await deliver(url, { ca: [readFileSync(cert, "utf8")], timeoutMs: 5_000 })).outcome).toEqual({
    kind: "delivered",
    status: 200,
  });
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

test.each([
  { what: "the trace", carrier: { traceparent: "00-a-b-01" }, expected: "00-a-b-01" },
  { what: "nothing when there is no trace", carrier: {}, expected: undefined },
])("the receiver is told of $what, and of nothing else that travels with it", async ({ carrier, expected }) => {
  const { url, requests } = await receiver((response) => response.end());
  const inject = (into: Record<string, string>): void => void Object.assign(into, carrier, { "x-inside": "ours" });
  await deliver(url, { observer: { ...noopObserver, inject } });
  expect(requests[0]?.headers["traceparent"]).toBe(expected);
  expect(requests[0]?.headers).not.toHaveProperty("x-inside");
});

test("a delivery is observed with its host and its status", async () => {
  const seen: unknown[] = [];
  const observer: Observer = {
    observe: (operation, attributes, run) => {
      seen.push(operation, attributes);
      return run((more) => seen.push(more));
    },
    inject: () => undefined,
    extract: (_carrier, run) => run(),
  };
  const { url } = await receiver((response) => response.writeHead(418).end());
  await deliver(url, { observer });
  expect(seen).toEqual(["webhook.deliver", { "server.address": "127.0.0.1" }, { "http.response.status_code": 418 }]);
});

test("closing ends what is under way", async () => {
  const { url } = await receiver(() => undefined);
  const sender = createWebhookSender({ allowHttp: true, allow: ["127.0.0.1"], timeoutMs: 20_000 });
  const delivery = sender.deliver({ url, id: "1", body, secrets: [secret] });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sender.close();
  expect(sender.close()).toBe(sender.close());
  expect((await delivery).outcome).toMatchObject({ kind: "unreachable" });
});
