import type { IncomingMessage } from "node:http";
import { type Logger, noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const from = (headers: IncomingMessage["headers"]): IncomingMessage =>
  ({ headers, socket: { remoteAddress: "10.0.0.1" } }) as IncomingMessage;
const PLAIN = from({});
const FORWARDED = from({ "x-forwarded-for": "203.0.113.7" });

test.each([
  { trustProxy: 0, requests: [PLAIN, PLAIN], address: "10.0.0.1", warnings: 0 },
  { trustProxy: 0, requests: [FORWARDED, FORWARDED], address: "10.0.0.1", warnings: 1 },
  { trustProxy: 1, requests: [FORWARDED, FORWARDED], address: "203.0.113.7", warnings: 0 },
])("behind $trustProxy known proxies, the client is $address, with $warnings warnings", ({ requests, ...row }) => {
  const warnings: string[] = [];
  const logger: Logger = { ...noopLogger, warn: (message) => void warnings.push(message) };
  const addressOf = clientAddress({ trustProxy: row.trustProxy }, logger);
  expect(requests.map((request) => addressOf(request))).toEqual([row.address, row.address]);
  expect(warnings).toHaveLength(row.warnings);
});
