import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  bearer,
  CREDENTIALS,
  hmacToken,
  NOTE,
  SECRET,
  SIGNS_TOKENS,
  signedToken,
  startAccess,
  tokenOf,
} from "./access-project.test-kit.ts";

const claims = (): Readonly<Record<string, unknown>> => ({
  sub: "ann",
  role: "admin",
  exp: Math.floor(Date.now() / 1_000) + 600,
});
const pair = (algorithm: string): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } => {
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
};
const pemOf = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();

describe.each(["RS256", "ES256", "EdDSA"])("tokens signed with %s by somebody else", (alg) => {
  const { publicKey, privateKey } = pair(alg);
  const pem = pemOf(publicKey);

  test.each([
    { from: "a file", auth: "public_key_file: keys/issuer.pem", files: { "keys/issuer.pem": pem }, env: {} },
    { from: "a variable", auth: "public_key_env: ISSUER_KEY", files: {}, env: { ISSUER_KEY: pem } },
    {
      from: "a variable as JWK",
      auth: "public_key_env: ISSUER_KEY",
      files: {},
      env: { ISSUER_KEY: JSON.stringify(publicKey.export({ format: "jwk" })) },
    },
  ])("are verified with the key from $from, and with nothing else", async ({ auth, files, env }) => {
    const running = await startAccess({
      auth: `auth: { provider: jwt, algorithm: ${alg}, ${auth}, issuer: "https://issuer.example", audience: notes }`,
      files: files as Record<string, string>,
      env: env as Record<string, string>,
    });
    const status = async (token: string): Promise<number> =>
      (await running.call(NOTE, { headers: bearer(token) })).status;
    const ours = { ...claims(), iss: "https://issuer.example", aud: ["notes", "other"] };
    expect(await status(signedToken({ alg, kid: "../../1" }, ours, privateKey))).toBe(404);
    const refused = [
      signedToken({ alg }, ours, pair(alg).privateKey),
      signedToken({ alg }, { ...ours, iss: "https://attacker.example" }, privateKey),
      signedToken({ alg }, { ...ours, aud: "other" }, privateKey),
      signedToken({ alg }, { ...ours, aud: undefined }, privateKey),
      // The public key is known to everybody; as a secret it would sign anything.
      hmacToken({ alg: "HS256" }, ours, pem),
      hmacToken({ alg }, ours, pem),
      hmacToken({ alg: "HS256" }, ours, SECRET),
      hmacToken({ alg: "none" }, ours, ""),
    ];
    expect(await Promise.all(refused.map(status))).toEqual(refused.map(() => 401));
    const { status: noLogin } = await running.call("/auth/refresh", {
      method: "POST",
      body: { refresh_token: "rt_x" },
    });
    expect(noLogin).toBe(404);
  });
});

test("keys are fetched from the issuer's URL, and a new one is found when a token needs it; while there is none it is 503", async () => {
  const [first, second] = [pair("RS256"), pair("RS256")];
  let keys: unknown[] = [];
  let asked = 0;
  let isUp = false;
  const issuer = createServer((_request, response) => {
    asked += 1;
    response.statusCode = isUp ? 200 : 500;
    response.end(JSON.stringify({ keys }));
  });
  await once(issuer.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void issuer.close());
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
  const running = await startAccess({ auth: `auth: { provider: jwt, algorithm: RS256, jwks_url: "${url}" }` });
  const get = (token: string) => running.call(NOTE, { headers: bearer(token) });
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });
  const token = (by: typeof first, kid: string) => signedToken({ alg: "RS256", kid }, claims(), by.privateKey);

  const down = await get(token(first, "one"));
  expect([down.status, down.headers.has("retry-after")]).toEqual([503, true]);
  expect((await running.call("/v1/notes")).status).toBe(200);
  keys = [jwk(first.publicKey, "one")];
  isUp = true;
  await expect.poll(async () => (await get(token(first, "one"))).status, { timeout: 40_000, interval: 250 }).toBe(404);
  expect((await get(token(second, "one"))).status).toBe(401);
  const before = asked;
  const flood = await Promise.all(Array.from({ length: 50 }, (_, at) => get(token(second, `unknown-${at}`))));
  expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401]));
  // Whoever invents key ids makes the issuer no work.
  expect(asked - before).toBeLessThanOrEqual(1);
}, 90_000);

describe("while secrets are rotated", () => {
  const old = "b2xkLXNlY3JldC1vZi1sYXN0LXF1YXJ0ZXItMDE";
  const rotating = (until = ""): string =>
    `auth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h, refresh_expiry: 30d, previous_secret_env: OLD_SECRET${until} }`;
  const ann = { sub: "ann", role: "admin" };

  test.each([
    { when: "the previous secret is set", auth: rotating(), env: { OLD_SECRET: old }, statuses: [404, 404] },
    {
      when: "it is set until a moment that is to come",
      auth: rotating(", previous_secret_until: 2126-01-01T00:00:00Z"),
      env: { OLD_SECRET: old },
      statuses: [404, 404],
    },
    {
      when: "the moment is past",
      auth: rotating(", previous_secret_until: 2026-01-01T00:00:00Z"),
      env: { OLD_SECRET: old },
      statuses: [404, 401],
    },
    { when: "it is not set any more", auth: rotating(), env: {}, statuses: [404, 401] },
    { when: "it was never named", auth: SIGNS_TOKENS, env: { OLD_SECRET: old }, statuses: [404, 401] },
  ])("and $when, tokens of the new and the old secret are answered $statuses", async ({ auth, env, statuses }) => {
    const running = await startAccess({ auth, env: env as Record<string, string> });
    const seen = [];
    for (const secret of [SECRET, old]) {
      seen.push((await running.call(NOTE, { headers: bearer(await tokenOf(ann, secret)) })).status);
    }
    expect(seen).toEqual(statuses);
  });

  test("new tokens are signed with the new one", async () => {
    const running = await startAccess({
      auth: rotating(),
      env: { OLD_SECRET: old },
      files: { "auth/credentials.ts": CREDENTIALS },
    });
    const { json } = await running.call("/auth/token", { method: "POST", body: { email: "ann", password: "right" } });
    const { access_token: token } = json as unknown as { access_token: string };
    const [header = "", payload = ""] = token.split(".");
    const parse = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(hmacToken(parse(header), parse(payload), SECRET)).toBe(token);
  });
});
