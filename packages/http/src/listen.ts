import type { Server } from "node:http";
import { HttpServerError, type HttpServerErrorCode } from "./errors.ts";

const PORT_HINT = "set another one with `port:` in shaperail.config.yaml or with SHAPERAIL_PORT.";

/** Starts listening, with what went wrong as an error that names the setting. */
export function listen(server: Server, { port, host }: { port: number; host: string }): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(toListenError(error, { port, host }));
    server.once("error", onError);
    server.listen({ port, host }, () => {
      server.off("error", onError);
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

function toListenError(cause: Error, { port, host }: { port: number; host: string }): HttpServerError {
  const system = "code" in cause ? cause.code : undefined;
  const fail = (code: HttpServerErrorCode, message: string, hint: string): HttpServerError =>
    new HttpServerError(message, { code, hint, details: { port, host }, cause });
  switch (system) {
    case "EADDRINUSE":
      return fail("HTTP_PORT_IN_USE", `Port ${port} on ${host} is in use.`, `Stop what listens there, or ${PORT_HINT}`);
    case "EACCES":
      return fail(
        "HTTP_PORT_FORBIDDEN",
        `This process may not listen on port ${port}.`,
        `Ports below 1024 usually need a privilege: ${PORT_HINT}`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return fail(
        "HTTP_HOST_UNAVAILABLE",
        `${host} is not an address of this machine.`,
        "Listen on an address of this machine, or on 0.0.0.0 for all of them.",
      );
    default:
      return fail("HTTP_LISTEN_FAILED", `The server cannot listen on ${host}:${port}.`, "Look at the cause.");
  }
}
