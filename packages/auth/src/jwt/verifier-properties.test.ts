import fc from "fast-check";
import { expect, test } from "vitest";
import { AuthError } from "../errors.ts";
import { CLAIMS, encode, failureOf, hmacToken, NOW, SECRET } from "./token.test-kit.ts";
import { createVerifier } from "./verifier.ts";

const verifier = createVerifier({ keys: { algorithm: "HS256", secret: SECRET }, clock: () => NOW * 1_000 });

/** What `verify` did, and the claims when it accepted. */
async function outcomeOf(token: string): Promise<{ readonly error: unknown; readonly role: string | undefined }> {
  let role: string | undefined;
  const error = await failureOf(async () => {
    ({ role } = await verifier.verify(token));
  });
  return { error, role };
}

const part = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.uint8Array().map(encode),
  fc.json().map(encode),
  fc.record({ alg: fc.constantFrom("HS256", "none", "RS256"), kid: fc.anything(), typ: fc.anything() }).map(encode),
);

test("garbage is refused with a 401 and nothing else", async () => {
  const tokens = fc.oneof(
    fc.string({ unit: "binary", maxLength: 9_000 }),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join(".")),
  );
  await fc.assert(
    fc.asyncProperty(tokens, async (token) => {
      const { error } = await outcomeOf(token);
      expect(error).toBeInstanceOf(AuthError);
      expect(error).toMatchObject({ status: 401 });
    }),
    { numRuns: 500 },
  );
});

test("a changed character makes a good token a refused one", async () => {
  const token = hmacToken({ alg: "HS256" });
  const change = fc.tuple(fc.nat(token.length - 1), fc.constantFrom("A", "z", "0", "-", "_", ".", "=", "+", " "));
  await fc.assert(
    fc.asyncProperty(change, async ([index, letter]) => {
      fc.pre(token[index] !== letter);
      const { error } = await outcomeOf(token.slice(0, index) + letter + token.slice(index + 1));
      expect(error).toBeInstanceOf(AuthError);
    }),
    { numRuns: 500 },
  );
});

test("whatever well-signed claims hold, the token is accepted as what it says or refused with a 401", async () => {
  const claims = fc.record(
    {
      sub: fc.anything(),
      role: fc.oneof(fc.string(), fc.anything()),
      exp: fc.anything(),
      nbf: fc.anything(),
      tenant_id: fc.anything(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(claims, fc.json(), async (changes, text) => {
      const payload = JSON.stringify({ ...CLAIMS, ...changes }, (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      for (const token of [hmacToken({ alg: "HS256" }, payload), hmacToken({ alg: "HS256" }, text)]) {
        const { error, role } = await outcomeOf(token);
        expect(error === undefined || error instanceof AuthError).toBe(true);
        expect(role === undefined || typeof role === "string").toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
