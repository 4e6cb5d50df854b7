import { createServer } from "node:net";

/** A TCP port of 127.0.0.1 that nothing listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("No port was given.")),
      );
    });
  });
}

/**
 * Runs `start` with a free port, and again with another one when it fails.
 *
 * Between asking for a port and listening on it another process may take it; two more tries make that a non-event.
 */
export async function withFreePort<T>(start: (port: number) => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await start(await freePort());
  } catch (error) {
    if (attempts <= 1) throw error;
    return withFreePort(start, attempts - 1);
  }
}
