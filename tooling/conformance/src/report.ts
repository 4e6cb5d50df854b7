import type { OpenApiDocument } from "@shaperail/openapi";
import { givesTokens } from "./expectation.ts";
import { operationsOf } from "./operation.ts";
import type { WalkReport } from "./walk.ts";

const MOST_SHOWN = 10;

/** What a walk found, for people: how to see it again, then each contradiction. Empty when there is none. */
export function describeFindings({ findings }: WalkReport, seed: number): string {
  if (findings.length === 0) return "";
  const shown = findings.slice(0, MOST_SHOWN).join("\n\n");
  return `${findings.length} contradiction(s); again with CONFORMANCE_SEED=${seed}\n\n${shown}`;
}

/** Operations that the walk did not really try: without a success, or without a refusal where something can be wrong. */
export function untried({ tallies }: WalkReport, document: OpenApiDocument): readonly string[] {
  return operationsOf(document).flatMap(({ id, guarded, body, parameters, template }) => {
    const { succeeded, refused, declined } = tallies.get(id) ?? { succeeded: 0, refused: 0, declined: 0 };
    if (guarded) return succeeded === 0 && refused + declined > 0 ? [] : [`${id}: nobody was turned away`];
    const canBeWrong = body?.required === true || parameters.some(({ name }) => name === "limit");
    return [
      ...(succeeded === 0 && !givesTokens({ template }) ? [`${id}: no success`] : []),
      ...(canBeWrong && refused === 0 ? [`${id}: no refusal`] : []),
    ];
  });
}
