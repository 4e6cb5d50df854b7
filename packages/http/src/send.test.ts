import { expect, test } from "vitest";
import type { Answer } from "./answer.ts";
import { send } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

const answering = async (answer: Answer): Promise<Response> => {
  const { url } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (exchange) => send(exchange, answer) }],
  });
  return fetch(url);
};
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index % 256);

// Up to 16,384 bytes leave in one piece with the headers, more in a piece of their own.
test.each([1, 256, 16_384, 16_385])(
  "a body of %d bytes arrives as it is, whatever values they have",
  async (length) => {
    const body = bytesOf(length);
    const response = await answering({ status: 200, contentType: "application/octet-stream", body });
    expect(response.headers.get("content-length")).toBe(String(length));
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), body)).toBe(0);
  },
);

test("bytes that are part of something larger leave without the rest", async () => {
  const body = new Uint8Array(bytesOf(100).buffer, 10, 5);
  const response = await answering({ status: 200, body });
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([10, 11, 12, 13, 14]);
});

test.each(["Referrer-Policy", "referrer-policy", "REFERRER-POLICY"])(
  "an answer with %s replaces the one that every response carries",
  async (name) => {
    const { headers } = await answering({ status: 200, headers: { [name]: "origin" }, body: "" });
    expect(headers.get("referrer-policy")).toBe("origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  },
);
