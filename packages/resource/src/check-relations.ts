import { type Diagnostic, type Located } from "@shaperail/source";
import type { ResourceRuleCode } from "./catalogue.ts";
import { diagnose } from "./diagnose.ts";
import { didYouMeanField, fieldNames, fieldOf } from "./read-field.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Rules about relations and indexes that look at the schema. */
export function checkRelations(resource: ReadResource): readonly Diagnostic[] {
  const names = fieldNames(resource);
  return [...(resource.values.relations ?? [])].flatMap(([name, { value: relation, keySpan }]) => {
    const { key } = relation.values;
    return [
      ...(names.includes(name) ? [diagnose("SR068", keySpan, `\`${name}\` is also the name of a field.`)] : []),
      ...(key === undefined ? [] : checkColumn(resource, { value: key, span: relation.spanOf("key") }, "SR062")),
    ];
  });
}

export function checkIndexes(resource: ReadResource): readonly Diagnostic[] {
  const seen = new Set<string>();
  return (resource.values.indexes ?? []).flatMap(({ value: index, span }) => {
    const fields = index.values.fields ?? [];
    const signature = fields.map(({ value }) => value).join(",");
    const repeated = seen.has(signature);
    seen.add(signature);
    return [
      ...fields.flatMap((name) => checkColumn(resource, name, "SR071")),
      ...(repeated && signature !== "" ? [diagnose("SR082", span, `There is already an index on ${signature}.`)] : []),
    ];
  });
}

function checkColumn(resource: ReadResource, name: Located<string>, code: ResourceRuleCode): readonly Diagnostic[] {
  const names = fieldNames(resource);
  const { value, span } = name;
  if (!names.includes(value))
    return [diagnose(code, span, `The schema has no field \`${value}\`.${didYouMeanField(value, names)}`)];
  const transient = fieldOf(resource, value)?.value.values.transient === true;
  return transient ? [diagnose("SR026", span, `\`${value}\` is transient: it has no column.`)] : [];
}
