export type { Check, CheckAnswer } from "./check.ts";
export { createHealth, type Health, type HealthAnswer, type HealthBody, type HealthOptions } from "./health.ts";
