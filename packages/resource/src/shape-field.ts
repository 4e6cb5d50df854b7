import {
  anything,
  boolean,
  either,
  type Located,
  number,
  object,
  oneOfWords,
  optional,
  type Property,
  type ReadObject,
  required,
  type Shape,
  text,
  when,
} from "@shaperail/source";
import type { ResourceRuleCode } from "./catalogue.ts";
import { type Condition, conditioned } from "./condition.ts";
import { diagnose } from "./diagnose.ts";
import type { FieldFormat, FieldType, ItemType } from "./model.ts";
import { checkedText, coded, uniqueList } from "./shape-parts.ts";

type ConstraintProperties = {
  readonly min: Property<number, false>;
  readonly max: Property<number, false>;
  readonly format: Property<FieldFormat, false>;
  readonly values: Property<readonly Located<string>[], false>;
  readonly ref: Property<string, false>;
};

type ItemProperties = { readonly type: Property<ItemType["type"], true> } & ConstraintProperties;

type FieldProperties = { readonly type: Property<FieldType, true> } & {
  readonly [Flag in "primary" | "generated" | "required" | "unique" | "nullable"]: Property<boolean, false>;
} & { readonly [Flag in "sensitive" | "transient" | "search"]: Property<boolean, false> } & ConstraintProperties & {
    readonly default: Property<unknown, false>;
    readonly items: Property<ReadItems, false>;
  };

/** A field as it stands in the file. */
export type ReadField = ReadObject<FieldProperties>;

/** The items of an array: the name of a type, or a map. */
export type ReadItems = ItemType["type"] | ReadObject<ItemProperties>;

const ITEM_TYPES = [
  "uuid",
  "string",
  "integer",
  "number",
  "boolean",
  "timestamp",
  "date",
  "enum",
  "json",
  "file",
] as const satisfies readonly ItemType["type"][];
const FIELD_TYPES = [...ITEM_TYPES, "array"] as const satisfies readonly FieldType[];

/** Names that other systems give our types. */
const FAMILIAR_NAMES: Readonly<Record<string, FieldType>> = {
  float: "number",
  double: "number",
  decimal: "number",
  numeric: "number",
  int: "integer",
  text: "string",
  varchar: "string",
  bool: "boolean",
  datetime: "timestamp",
  jsonb: "json",
  list: "array",
};

interface TypeNameOptions<T extends FieldType> {
  readonly types: readonly T[];
  readonly refused?: Readonly<Record<string, ResourceRuleCode>>;
  readonly description: string;
}

function typeName<T extends FieldType>({ types, refused = {}, description }: TypeNameOptions<T>): Shape<T> {
  const codes: Readonly<Record<string, ResourceRuleCode>> = { bigint: "E_BIGINT_REMOVED", ...refused };
  const words = oneOfWords(types, { description });
  return {
    ...words,
    read(node, context) {
      const written = node.kind === "scalar" && typeof node.value === "string" ? node.value : "";
      const code = Object.hasOwn(codes, written) ? codes[written] : undefined;
      if (code !== undefined) {
        context.report(diagnose(code, node.span));
        return undefined;
      }
      if (!Object.hasOwn(FAMILIAR_NAMES, written)) return words.read(node, context);
      const ours = `\`${FAMILIAR_NAMES[written]}\``;
      context.report({
        code: context.code,
        severity: "error",
        message: `There is no type \`${written}\`; it is called ${ours} here.`,
        span: node.span,
        fix: `Write ${ours}.`,
        example: undefined,
      });
      return undefined;
    },
  };
}

const reference = (code: ResourceRuleCode): Shape<string> =>
  checkedText({
    expects: "`resource.field`",
    checks: [{ code, pattern: /^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$/ }],
    description: "Foreign key, as `resource.field`. The field's type is uuid.",
  });

const constraints = (codes: {
  readonly values: ResourceRuleCode;
  readonly ref: ResourceRuleCode;
}): ConstraintProperties => ({
  min: optional(number({ description: "Inclusive: characters of a string, value of a number, items of an array." })),
  max: optional(number({ description: "Inclusive: characters of a string, value of a number, items of an array." })),
  format: optional(oneOfWords(["email", "url", "uuid"], { description: "Form of a string." })),
  values: optional(
    coded(
      codes.values,
      uniqueList(coded("SR000", text({ minLength: 1, expects: "text in quotes" })), {
        minItems: 1,
        description: "The members of an enum.",
      }),
    ),
  ),
  ref: optional(reference(codes.ref)),
});

const SIZED: readonly FieldType[] = ["string", "enum", "integer", "number", "array"];
const COUNTED: readonly FieldType[] = ["string", "enum", "array"];

const constraintConditions: readonly Condition[] = [
  { code: "SR011", when: { key: "type", isNot: ["enum"] }, refuses: ["values"] },
  { code: "SR019", when: { key: "type", isNot: SIZED }, refuses: ["min", "max"] },
  { code: "SR029", when: { key: "type", is: COUNTED }, whole: { keys: ["min", "max"], min: 0 } },
  {
    code: "SR029",
    when: { key: "type", is: ["integer"] },
    whole: { keys: ["min", "max"], min: Number.MIN_SAFE_INTEGER },
  },
];

const itemShape: Shape<ReadObject<ItemProperties>> = conditioned(
  object(
    {
      type: required(
        typeName({ types: ITEM_TYPES, refused: { array: "SR076" }, description: "Type of the elements." }),
      ),
      ...constraints({ values: "SR077", ref: "SR080" }),
    },
    { expects: "a type" },
  ),
  [
    { code: "SR077", when: { key: "type", is: ["enum"] }, needs: ["values"] },
    { code: "SR078", when: { key: "type", isNot: ["string"] }, refuses: ["format"] },
    { code: "SR079", when: { key: "type", isNot: ["uuid"] }, refuses: ["ref"] },
    ...constraintConditions,
  ],
);

const itemsShape: Shape<ReadItems> = either<ItemType["type"], ReadObject<ItemProperties>>(
  when(
    (node) => node.kind === "scalar",
    typeName({
      types: ITEM_TYPES.filter((type) => type !== "enum"),
      refused: { array: "SR076", enum: "SR077" },
      description: "Type of the elements.",
    }),
  ),
  itemShape,
);

const flag = (description: string): Property<boolean, false> => optional(boolean({ description }));

export const fieldShape: Shape<ReadField> = conditioned(
  object(
    {
      type: required(typeName({ types: FIELD_TYPES, description: "Type of the field." })),
      primary: flag("Identifies the row. Exactly one field is primary."),
      generated: flag("Filled in by the database: uuid v4, or the current time. Never accepted from a client."),
      required: flag("Must be present and not null when a row is created."),
      unique: flag("No two rows have the same value."),
      nullable: flag("May be null, even when required."),
      sensitive: flag("Kept out of logs and of every answer."),
      transient: flag("Accepted and validated, shown to before-controllers, never stored and never answered."),
      search: flag("Searched by list endpoints that declare no `search` of their own."),
      default: optional(anything({ description: "Value of a field that is left out when a row is created." })),
      items: optional(itemsShape),
      ...constraints({ values: "SR010", ref: "SR013" }),
    },
    { expects: "a field: a map with at least `type`" },
  ),
  [
    { code: "SR010", when: { key: "type", is: ["enum"] }, needs: ["values"] },
    { code: "SR012", when: { key: "type", isNot: ["uuid"] }, refuses: ["ref"] },
    { code: "SR014", when: { key: "type", is: ["array"] }, needs: ["items"] },
    { code: "SR015", when: { key: "type", isNot: ["string"] }, refuses: ["format"] },
    { code: "SR016", when: { key: "primary", is: [true] }, needsFlag: ["generated", "required"] },
    { code: "SR017", when: { key: "type", isNot: ["array"] }, refuses: ["items"] },
    { code: "SR022", when: { key: "type", isNot: ["uuid", "timestamp", "date"] }, refusesFlags: ["generated"] },
    {
      code: "SR024",
      when: { key: "transient", is: [true] },
      refuses: ["ref", "default"],
      refusesFlags: ["primary", "generated", "unique", "search"],
    },
    {
      code: "SR027",
      when: { key: "primary", is: [true] },
      limits: { key: "type", to: ["uuid", "string", "integer"] },
      refusesFlags: ["nullable", "sensitive"],
    },
    { code: "SR028", when: { key: "generated", is: [true] }, refuses: ["default"] },
    { code: "SR083", when: { key: "sensitive", is: [true] }, refusesFlags: ["search"] },
    { code: "SR084", when: { key: "type", isNot: ["string", "enum"] }, refusesFlags: ["search"] },
    ...constraintConditions,
  ],
);
