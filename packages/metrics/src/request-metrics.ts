import { createBoundedMap, OTHER } from "./bounded-map.ts";
import { type Family, labelsText, type Sample } from "./family.ts";
import { createHistogram, type Histogram } from "./histogram.ts";

/** One request that has ended. */
export interface ObservedRequest {
  readonly method: string;
  /** The template of the route, such as `/v1/posts/:id`; `unmatched` when there is none. Never the path that was asked for. */
  readonly path: string;
  readonly status: number;
  /** From arrival to the last byte, in milliseconds. */
  readonly durationMs: number;
  /** Trace of the request, when it is recorded: shown as an exemplar in OpenMetrics. @default none */
  readonly traceId?: string | undefined;
}

/** A route whose series are on the page before its first request. */
export interface KnownRoute {
  readonly method: string;
  readonly path: string;
}

export interface RequestMetrics {
  observe(request: ObservedRequest): void;
  /** Puts the series of a route on the page before its first request. */
  declareRoute(route: KnownRoute): void;
  declareError(errorType: string): void;
  /** Counts under `shaperail_errors_total`. */
  countError(errorType: string): void;
  readonly families: readonly Family[];
}

/** Paths of an application that names its routes by template are a few hundred; more are a mistake, and share one label. */
const MOST_PATHS = 1_000;
const MOST_ERROR_TYPES = 200;
/** A method is whatever the client says. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Count {
  value: number;
}

interface Series {
  readonly labels: string;
  readonly duration: Histogram;
  /** At most as many as there are status codes. */
  readonly statuses: Map<number, Count>;
}

interface PathSeries {
  /** The label: the template, or `other` for all that came too late. */
  readonly path: string;
  readonly methods: Map<string, Series>;
}

/** Requests by method, route and status, and errors by type. Per request: three look-ups and a few additions. */
export function createRequestMetrics(): RequestMetrics {
  const paths = createBoundedMap(MOST_PATHS, (path) => ({ path, methods: new Map<string, Series>() }));
  const errors = createBoundedMap(MOST_ERROR_TYPES, (): Count => ({ value: 0 }));

  const seriesOf = (method: string, path: string): Series => {
    const route = paths.get(path);
    const known = METHODS.has(method) ? method : OTHER;
    return route.methods.get(known) ?? addSeries(route, known);
  };
  const addSeries = ({ path, methods }: PathSeries, method: string): Series => {
    const series = { labels: labelsText({ method, path }), duration: createHistogram(), statuses: new Map() };
    methods.set(method, series);
    return series;
  };
  const countOf = ({ statuses }: Series, status: number): Count => {
    const known = statuses.get(status);
    if (known !== undefined) return known;
    const count = { value: 0 };
    statuses.set(status, count);
    return count;
  };

  const all = (): Series[] => [...paths.values()].flatMap(({ methods }) => [...methods.values()]);
  const counted = ({ labels, statuses }: Series): Sample[] =>
    [...statuses].map(([status, { value }]) => ({ suffix: "", labels: `${labels},status="${status}"`, value }));

  return {
    observe({ method, path, status, durationMs, traceId }) {
      const series = seriesOf(method, path);
      countOf(series, status).value += 1;
      series.duration.record(durationMs >= 0 ? durationMs / 1_000 : 0, traceId);
      if (status >= 400) errors.get(`http_${status}`).value += 1;
    },
    declareRoute({ method, path }) {
      // A rate needs two readings: without this one the first failure of a route would not be seen.
      countOf(seriesOf(method, path), 500);
    },
    declareError: (errorType) => void errors.get(errorType),
    countError(errorType) {
      errors.get(errorType).value += 1;
    },
    families: [
      {
        name: "shaperail_http_requests_total",
        help: "HTTP requests by method, route template and status.",
        type: "counter",
        samples: () => all().flatMap(counted),
      },
      {
        name: "shaperail_http_request_duration_seconds",
        help: "Time from the arrival of a request to the last byte of its answer, by method and route template.",
        type: "histogram",
        samples: () => all().flatMap(({ labels, duration }) => duration.samples(labels)),
      },
      {
        name: "shaperail_errors_total",
        help: "Errors by type: http_<status> for every answer of 400 and above, and what could not be measured.",
        type: "counter",
        samples: () => [...errors.entries()].map(([type, { value }]) => errorSample(type, value)),
      },
    ],
  };
}

function errorSample(errorType: string, value: number): Sample {
  return { suffix: "", labels: labelsText({ error_type: errorType }), value };
}
