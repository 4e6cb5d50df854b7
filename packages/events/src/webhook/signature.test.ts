import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { signWebhook } from "./sign.ts";
import type { ReceivedHeaders } from "./signature.ts";
import { type VerifyWebhookOptions, verifyWebhook } from "./verify.ts";

const text = "a secret that is long enough to be one";
const standard = `whsec_${Buffer.from("another secret, of thirty bytes").toString("base64")}`;
const body = '{"event":"posts.created","data":{"title":"Grüße"}}';
const now = 1_700_000_000_000;
const signed = (secrets: readonly string[] = [text]): ReceivedHeaders => ({
  ...signWebhook({ id: "msg_1", body, secrets, now }),
});
const verify = (options: Partial<VerifyWebhookOptions>): Promise<unknown> =>
  verifyWebhook({ headers: signed(), body, secrets: [text], now, ...options });
const hex = (secret: string, message: string): string => createHmac("sha256", secret).update(message).digest("hex");

test.each([
  { what: "a whsec_ secret", secret: standard, webhook: new Webhook(standard) },
  { what: "a secret that is text", secret: text, webhook: new Webhook(text, { format: "raw" }) },
])(
  "the standardwebhooks package accepts what we sign with $what, and we what it signs",
  async ({ secret, webhook }) => {
    const fresh = { ...signWebhook({ id: "msg_1", body, secrets: [secret] }) };
    expect(webhook.verify(body, fresh)).toEqual(JSON.parse(body));
    const headers = {
      "webhook-id": "msg_2",
      "webhook-timestamp": String(now / 1_000),
      "webhook-signature": webhook.sign("msg_2", new Date(now), body),
    };
    expect(await verify({ headers, secrets: [secret] })).toEqual({ scheme: "standard", key: "standard:msg_2" });
  },
);

test("openssl computes the same signatures", () => {
  const openssl = (message: string): Buffer =>
    execFileSync("openssl", ["dgst", "-sha256", "-hmac", text, "-binary"], { input: message });
  expect(signed()).toEqual({
    "webhook-id": "msg_1",
    "webhook-timestamp": "1700000000",
    "webhook-signature": `v1,${openssl(`msg_1.1700000000.${body}`).toString("base64")}`,
    "x-shaperail-signature": `sha256=${openssl(body).toString("hex")}`,
  });
});

test("while secrets change both are signed with, and receivers with either one accept", async () => {
  const headers = signed([standard, text]);
  expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
  await expect(verify({ headers, secrets: [text] })).resolves.toBeDefined();
  await expect(verify({ headers, secrets: [standard] })).resolves.toBeDefined();
  await expect(verify({ headers: signed([text]), secrets: [standard, text] })).resolves.toBeDefined();
});

test.each([
  { scheme: "shaperail", headers: { "x-shaperail-signature": `sha256=${hex(text, body)}` } },
  { scheme: "github", headers: { "x-hub-signature-256": `sha256=${hex(text, body)}` } },
  { scheme: "stripe", headers: { "stripe-signature": `t=1700000000,v1=${hex(text, `1700000000.${body}`)},v0=00` } },
  { scheme: { header: "X-Custom" }, headers: { "x-custom": `sha256=${hex(text, body).toUpperCase()}` } },
])("a webhook signed as $scheme is accepted, and not one byte may differ", async ({ scheme, headers }) => {
  const schemes = [scheme] as VerifyWebhookOptions["schemes"];
  expect(await verify({ headers, schemes })).toMatchObject({ scheme });
  await expect(verify({ headers, schemes, body: body.replace("created", "Created") })).rejects.toMatchObject({
    code: "EVENTS_SIGNATURE_INVALID",
  });
  await expect(verify({ headers, schemes, secrets: [standard] })).rejects.toMatchObject({
    code: "EVENTS_SIGNATURE_INVALID",
  });
});

test("GitHub's own example is accepted", async () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const headers = { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" };
  await expect(
    verify({ headers, body: "Hello, World!", secrets: ["It's a Secret to Everybody"] }),
  ).resolves.toMatchObject({ scheme: "github" });
});

test.each([
  { what: "no header", headers: {} },
  {
    what: "another scheme than the named one",
    headers: { "x-hub-signature-256": `sha256=${hex(text, body)}` },
    schemes: ["stripe"],
  },
  { what: "no timestamp", headers: { ...signed(), "webhook-timestamp": undefined }, schemes: ["standard"] },
  {
    what: "a timestamp that is no number",
    headers: { ...signed(), "webhook-timestamp": "1e9" },
    schemes: ["standard"],
  },
  { what: "a header twice", headers: { "x-shaperail-signature": [`sha256=${hex(text, body)}`, "sha256=00"] } },
  { what: "sha1", headers: { "x-hub-signature-256": "sha1=00" } },
  { what: "Stripe without v1", headers: { "stripe-signature": "t=1700000000,v0=00" } },
])("$what is a missing signature", async ({ headers, schemes }) => {
  await expect(verify({ headers, ...(schemes ? { schemes: schemes as never } : {}) })).rejects.toMatchObject({
    code: "EVENTS_SIGNATURE_MISSING",
  });
});

test.each(["", "v1,", "v1,AAAA", "v2,AAAA", "v1a,AAAA", "v1,%%% v1,*"])(
  "%j is no valid signature",
  async (signature) => {
    await expect(verify({ headers: { ...signed(), "webhook-signature": signature } })).rejects.toMatchObject({
      code: "EVENTS_SIGNATURE_INVALID",
    });
  },
);

const inTime = (headers: ReceivedHeaders, seconds: number): Promise<unknown> =>
  verify({ headers, now: now + seconds * 1_000 });
const stripe = { "stripe-signature": `t=1700000000,v1=${hex(text, `1700000000.${body}`)}` };

test.each([
  { scheme: "standard", headers: signed() },
  { scheme: "stripe", headers: stripe },
])("with $scheme a signature is accepted for five minutes, before and after", async ({ headers }) => {
  for (const seconds of [300, -300]) await expect(inTime(headers, seconds)).resolves.toBeDefined();
  for (const seconds of [301, -301])
    await expect(inTime(headers, seconds)).rejects.toMatchObject({ code: "EVENTS_SIGNATURE_EXPIRED" });
});

test("what an attacker may add to a header does not make another webhook of it", async () => {
  const padded = { "stripe-signature": `${stripe["stripe-signature"]},v1=${"0".repeat(64)}` };
  expect(await verify({ headers: padded })).toEqual(await verify({ headers: stripe }));
});

test("with a replay store a webhook is accepted once, and a forged one does not use its place up", async () => {
  const seen = new Set<string>();
  const replays = { claim: async (key: string) => !seen.has(key) && Boolean(seen.add(key)) };
  await expect(verify({ replays, body: `${body} ` })).rejects.toMatchObject({ code: "EVENTS_SIGNATURE_INVALID" });
  await expect(verify({ replays })).resolves.toEqual({ scheme: "standard", key: "standard:msg_1" });
  await expect(verify({ replays })).rejects.toMatchObject({ code: "EVENTS_WEBHOOK_REPLAYED" });
});

test.each([[[]], [[""]], [[text, "  "]]])("with the secrets %j nothing is signed or accepted", async (secrets) => {
  expect(() => signWebhook({ id: "1", body, secrets })).toThrow(
    expect.objectContaining({ code: "EVENTS_SECRET_MISSING" }),
  );
  await expect(verify({ secrets })).rejects.toMatchObject({ code: "EVENTS_SECRET_MISSING" });
});

test("a whsec_ secret that is not Base64 is named as the problem", () => {
  for (const secret of ["whsec_", "whsec_not base64!"])
    expect(() => signWebhook({ id: "1", body, secrets: [secret] })).toThrow(
      expect.objectContaining({ code: "EVENTS_SECRET_INVALID" }),
    );
});

test("an id that would make what is signed ambiguous is refused", () => {
  for (const id of ["", "a.b"]) expect(() => signWebhook({ id, body, secrets: [text] })).toThrow(TypeError);
});
