import { createServer, type ServerResponse } from "node:http";
import { type Closeable, closeable } from "@shaperail/core";

/** Starts something and says where it is. */
export type ServiceStarter = () => Promise<Closeable & { readonly url: string }>;

/** Starts shared services when the first test asks, and stops those it started. */
export interface ServiceBroker extends Closeable {
  /** `GET <url>/<service name>` answers with the service's URL. */
  readonly url: string;
}

/**
 * Test files run in processes of their own; they share servers by asking this one over HTTP.
 * A run that needs no database therefore starts none, and one that does starts exactly one.
 */
export async function startServiceBroker(starters: Readonly<Record<string, ServiceStarter>>): Promise<ServiceBroker> {
  const started = new Map<string, ReturnType<ServiceStarter>>();
  const answer = async (name: string, response: ServerResponse): Promise<void> => {
    const start = starters[name];
    if (start === undefined) return void response.writeHead(404).end(`There is no service "${name}".`);
    const service = started.get(name) ?? start();
    started.set(name, service);
    await service.then(
      ({ url }) => response.end(url),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  };
  const server = createServer((request, response) => void answer(request.url?.slice(1) ?? "", response));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The service broker has no port.");

  return {
    url: `http://127.0.0.1:${address.port}`,
    ...closeable(async () => {
      server.close();
      server.closeAllConnections();
      const stop = async (starting: ReturnType<ServiceStarter>): Promise<void> => (await starting).close();
      await Promise.allSettled([...started.values()].map(stop));
    }),
  };
}

/** Asks the broker at `brokerUrl` for the URL of a service; the first to ask waits for its start. */
export async function requestService(brokerUrl: string, name: string): Promise<string> {
  const response = await fetch(`${brokerUrl}/${name}`, { signal: AbortSignal.timeout(240_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`The shared ${name} did not start: ${text}`);
  return text;
}
