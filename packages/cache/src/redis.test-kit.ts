import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@shaperail/test-services";
import { until } from "./cache.test-kit.ts";
import { openRedis, type RedisConnection, type RedisOptions } from "./redis-connection.ts";

/** Closes what a test opened, newest first. */
export interface Cleanup extends AsyncDisposable {
  add<T extends AsyncDisposable>(resource: T): T;
}

export function cleanup(): Cleanup {
  const stack = new AsyncDisposableStack();
  return { add: (resource) => stack.use(resource), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A connection that is ready. */
export async function connected(options: RedisOptions): Promise<RedisConnection> {
  const redis = openRedis(options);
  await until(() =>
    redis.connect().then(
      () => true,
      () => false,
    ),
  );
  return redis;
}

/** A certificate for 127.0.0.1 that signs itself, and its key. */
export function selfSigned(directory: string, name: string): { readonly cert: string; readonly key: string } {
  const files = { cert: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30"];
  execFileSync("openssl", ["req", "-x509", ...newKey, "-keyout", files.key, "-out", files.cert, ...subject], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return files;
}

/** Three nodes of a cluster that know each other and share the slots. */
export async function startCluster(
  resources: Cleanup,
  freePort: () => Promise<number>,
): Promise<readonly RedisServer[]> {
  const nodes: RedisServer[] = [];
  for (let index = 0; index < 3; index += 1) {
    const settings = { "cluster-enabled": "yes", "cluster-port": await freePort(), "cluster-node-timeout": 2_000 };
    nodes.push(resources.add(await startRedis({ settings })));
  }
  const clients: RedisConnection[] = [];
  for (const node of nodes) clients.push(resources.add(await connected({ url: node.url })));
  const [first] = clients;
  if (first === undefined) throw new Error("There is no node.");
  for (const [index, { client }] of clients.entries()) {
    const [from, to] = [Math.ceil((index * 16_384) / 3), Math.ceil(((index + 1) * 16_384) / 3) - 1];
    await client.call("CLUSTER", "ADDSLOTSRANGE", from, to);
    const busPort = String(await client.call("CONFIG", "GET", "cluster-port")).split(",")[1] ?? "";
    await first.client.call("CLUSTER", "MEET", "127.0.0.1", nodes[index]?.port ?? 0, busPort);
  }
  await until(async () => {
    const states = await Promise.all(clients.map(({ client }) => client.call("CLUSTER", "INFO")));
    return states.every(
      (state) => /cluster_state:ok/.test(String(state)) && /cluster_known_nodes:3/.test(String(state)),
    );
  });
  return nodes;
}
