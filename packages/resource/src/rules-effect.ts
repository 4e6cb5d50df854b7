import type { RuleText } from "./rule.ts";

const CONTROLLER = "endpoints:\n  create: { auth: [admin], controller: { before: check_quota } }";
const WASM = "endpoints:\n  create: { auth: [admin], controller: { before: 'wasm:plugins/check.wasm' } }";
const SUBSCRIBER =
  "endpoints:\n  create: { auth: [admin], subscribers: [{ event: articles.created, handler: notify_editors }] }";

export type EffectRuleCode = "SR030" | "SR031" | "SR032" | "SR033" | "SR035" | "SR036" | "SR063" | "SR073" | "SR074";

/** Rules about what an endpoint sets off: controllers, events, jobs, subscribers. */
export const EFFECT_RULES: Readonly<Record<EffectRuleCode, RuleText>> = {
  SR030: { title: "A before-controller has no name.", fix: "Name the function.", example: CONTROLLER },
  SR031: {
    title: "An after-controller has no name.",
    fix: "Name the function.",
    example: "endpoints:\n  create: { auth: [admin], controller: { after: send_welcome } }",
  },
  SR032: {
    title: "An event has no name.",
    fix: "Name the event.",
    example: "endpoints:\n  create: { auth: [admin], events: [article.submitted] }",
  },
  SR033: {
    title: "A job has no name.",
    fix: "Name the job.",
    example: "endpoints:\n  create: { auth: [admin], jobs: [index_article] }",
  },
  SR035: { title: "`wasm:` is not followed by a path.", fix: "Add the path of the module.", example: WASM },
  SR036: { title: "The path of a module does not end in `.wasm`.", fix: "Name the compiled module.", example: WASM },
  SR063: { title: "The controller names no function.", fix: "Name one, or remove the key.", example: CONTROLLER },
  SR073: { title: "A subscriber has no event.", fix: "Name the event.", example: SUBSCRIBER },
  SR074: { title: "A subscriber has no handler.", fix: "Name the function.", example: SUBSCRIBER },
};
