import autocannon from "autocannon";
import type { LoadGenerator } from "./load.ts";

/** The generator that comes with the repository. It needs more of the machine than wrk, and its latencies are whole milliseconds. */
export const autocannonLoad: LoadGenerator = {
  name: "autocannon",
  async measure({ url, workload, seconds, connections, ids, unique }) {
    const { method, path, headers, body, status } = workload;
    const paths = path.includes("{id}") ? ids.slice(0, 1_000).map((id) => path.replace("{id}", id)) : [path];
    const result = await autocannon({
      url,
      connections,
      duration: seconds,
      timeout: 10,
      // Replaces [<id>] by text that is new in each request.
      idReplacement: body?.includes("{unique}") ?? false,
      requests: paths.map((each) => ({
        method,
        path: each,
        headers,
        ...(body === undefined ? {} : { body: body.replace("{unique}", `${unique}-[<id>]`) }),
      })),
    });
    const { requests, latency, errors, timeouts, statusCodeStats } = result;
    const expected = statusCodeStats[String(status)]?.count ?? 0;
    if (errors > 0 || timeouts > 0 || expected === 0 || Object.keys(statusCodeStats).length > 1) {
      const seen = JSON.stringify(statusCodeStats);
      throw new Error(`${workload.name}: expected ${status}, got ${seen}; ${errors} errors, ${timeouts} timeouts.`);
    }
    return {
      requests: requests.total,
      requestsPerSecond: requests.total / result.duration,
      p50Ms: latency.p50,
      p99Ms: latency.p99,
    };
  },
};
