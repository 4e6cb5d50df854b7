import type { ServerResponse } from "node:http";
import type { AuthError } from "../errors.ts";

const PUBLIC_CODE_BY_STATUS: Readonly<Record<number, string>> = {
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  429: "RATE_LIMITED",
  503: "SERVICE_UNAVAILABLE",
};

/** Answers with the envelope that every Shaperail service uses, and nothing that helps to guess. */
export function refuse(response: ServerResponse, { status, message, headers = {} }: AuthError): void {
  const requestId = response.getHeader("x-request-id");
  const error = {
    code: PUBLIC_CODE_BY_STATUS[status] ?? "UNAUTHORIZED",
    status,
    message,
    ...(typeof requestId === "string" && { request_id: requestId }),
    details: null,
  };
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(JSON.stringify({ error }));
}
