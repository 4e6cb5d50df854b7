import type { Diagnostic } from "@shaperail/source";
import { checkEndpoints } from "./check-endpoints.ts";
import { checkFields } from "./check-fields.ts";
import { checkIndexes, checkRelations } from "./check-relations.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Every rule about one file that its shape alone cannot express. */
export function checkResource(resource: ReadResource): readonly Diagnostic[] {
  return [
    ...checkFields(resource),
    ...checkEndpoints(resource),
    ...checkRelations(resource),
    ...checkIndexes(resource),
  ];
}
