import { onTestFinished } from "vitest";
import { createHttpApp, type HttpAppOptions } from "./app.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";

/** A server that listens on a free port until the test ends. */
export async function startServer(
  options: HttpAppOptions & Partial<HttpServerOptions>,
): Promise<{ readonly server: HttpServer; readonly port: number; readonly url: string }> {
  const app = createHttpApp(options);
  const server = createHttpServer({ handle: app.handle, port: 0, host: "127.0.0.1", graceMs: 100, ...options });
  const { port } = await server.listen();
  onTestFinished(() => server.close());
  return { server, port, url: `http://127.0.0.1:${port}` };
}
