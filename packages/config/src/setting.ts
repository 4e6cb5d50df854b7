import type { JsonSchema } from "@shaperail/source";
import type convict from "convict";
import type { Format } from "./format.ts";

/** One key as convict's schema holds it, with what reading it with positions needs besides. */
export interface Setting<T> extends convict.SchemaObj<T> {
  doc: string;
  format: (value: unknown) => void;
  default: T | null;
  nullable: boolean;
  sensitive: boolean;
  readonly shape: Format<T>;
  /** What the file may say, where the environment may say more. */
  readonly written: Format<T>;
}

/** The keys of one map. */
export type Settings<Values> = { readonly [Key in keyof Values]: Setting<Values[Key]> };

export interface SettingOptions<T> {
  /** What the key means, for editors. */
  readonly doc: string;
  /** Environment variable that beats the file. */
  readonly env?: string;
  /** The value may hold a secret, so no message shows it. @default false */
  readonly sensitive?: boolean;
  /** @default the format itself */
  readonly written?: Format<T>;
}

/** A key that must be given. */
export function required<T>(shape: Format<T>, options: SettingOptions<T>): Setting<T> {
  return toSetting(shape, null, options);
}

/** A key that has a value when it is not given. */
export function withDefault<T>(shape: Format<T>, value: T, options: SettingOptions<T>): Setting<T> {
  return toSetting(shape, value, options);
}

/** A key that may be absent; it then reads as null, convict's word for it. */
export function optional<T>(shape: Format<T>, { written, ...options }: SettingOptions<T>): Setting<T | null> {
  const setting = toSetting<T | null>(orNull(shape), null, { ...options, written: orNull(written ?? shape) });
  return { ...setting, nullable: true };
}

/** The same format: absence is convict's affair (`nullable`), and a null written in the file is refused. */
function orNull<T>(shape: Format<T>): Format<T | null> {
  return shape as Format<T | null>;
}

function toSetting<T>(
  shape: Format<T>,
  value: T | null,
  { doc, env, sensitive = false, written = shape }: SettingOptions<T>,
): Setting<T> {
  const format = (candidate: unknown): void => {
    if (!shape.accepts(candidate)) throw new Error(`must be ${shape.expects}`);
  };
  const setting = { doc, format, default: value, nullable: false, sensitive, shape, written };
  return env === undefined ? setting : { ...setting, env };
}

/** The JSON Schema of a map with these keys, and of `nested` ones that are maps or lists themselves. */
export function toJsonSchema(
  settings: Readonly<Record<string, Setting<unknown>>>,
  nested: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const requiredKeys: string[] = [];
  for (const [key, { doc, written, nullable, ...setting }] of Object.entries(settings)) {
    properties[key] = {
      description: doc,
      ...orPlaceholder(written.schema),
      ...(setting.default === null ? {} : { default: setting.default }),
    };
    if (setting.default === null && !nullable) requiredKeys.push(key);
  }
  return {
    type: "object",
    properties: { ...properties, ...nested },
    ...(requiredKeys.length > 0 ? { required: requiredKeys } : {}),
    additionalProperties: false,
  };
}

/** An editor sees `${VAR}` before it is replaced, wherever a value may stand. */
function orPlaceholder(schema: JsonSchema): JsonSchema {
  const items = schema["items"];
  const inner =
    typeof items === "object" && items !== null ? { ...schema, items: orPlaceholder({ ...items }) } : schema;
  return { anyOf: [inner, { type: "string", pattern: "\\$\\{" }] };
}
