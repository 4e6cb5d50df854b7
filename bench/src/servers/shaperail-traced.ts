import type { BenchServer } from "../bench-server.ts";
import { server as shaperail } from "./shaperail.ts";

/** Nobody listens on this port, so that what is measured includes a collector that is down. */
const COLLECTOR = "http://127.0.0.1:9";

/** What tracing costs is the difference to the example. */
export const server: BenchServer = {
  name: "shaperail-traced",
  describes: "the same, with one request of a hundred traced, for a collector that is not there",
  command(context) {
    const command = shaperail.command(context);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: COLLECTOR,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.01",
    };
    return { ...command, env: { ...command.env, ...env } };
  },
};
