import { type Exemplar, type Family, labelsText, type Sample } from "./family.ts";

/** A rendered page. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** True when the reader prefers OpenMetrics, as Prometheus does, over plain text. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes("application/openmetrics-text")) return false;
  const qualities = accept.split(",").map(qualityOf);
  const best = (type: string): number =>
    Math.max(0, ...qualities.map(({ type: given, quality }) => (given === type ? quality : 0)));
  const open = best("application/openmetrics-text");
  return open > 0 && open >= best("text/plain");
}

function qualityOf(part: string): { readonly type: string; readonly quality: number } {
  const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The page in the text format of Prometheus, version 0.0.4. */
export function renderText(families: readonly Family[]): MetricsPage {
  const lines = families.flatMap((family) => [
    ...header(family.name, family),
    ...family.samples().map((sample) => `${family.name}${line(sample)}`),
  ]);
  return { contentType: TEXT, body: `${lines.join("\n")}\n` };
}

/** The page as OpenMetrics 1.0, with exemplars. */
export function renderOpenMetrics(families: readonly Family[]): MetricsPage {
  const lines = families.flatMap((family) => {
    const name = family.type === "counter" ? family.name.replace(/_total$/, "") : family.name;
    const total = family.type === "counter" ? "_total" : "";
    return [
      ...header(name, family),
      ...family.samples().map((sample) => `${name}${total}${line(sample)}${exemplarText(sample.exemplar)}`),
    ];
  });
  return { contentType: OPEN_METRICS, body: `${lines.join("\n")}\n# EOF\n` };
}

function header(name: string, { help, type }: Family): readonly string[] {
  return [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`];
}

function line({ suffix, labels, value }: Sample): string {
  return `${suffix}${labels === "" ? "" : `{${labels}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return "";
  return ` # {${labelsText({ trace_id: exemplar.traceId })}} ${exemplar.value} ${exemplar.at.toFixed(3)}`;
}
