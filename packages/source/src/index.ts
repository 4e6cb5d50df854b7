export { type Diagnostic, type DiagnosticJson, diagnosticsToJson, hasErrors } from "./diagnostic.ts";
export { formatDiagnostics, type FormatDiagnosticsOptions } from "./format-diagnostics.ts";
export {
  entryOf,
  type ScalarValue,
  type SourceEntry,
  type SourceList,
  type SourceMap,
  type SourceNode,
  type SourcePosition,
  type SourceScalar,
  type SourceSpan,
  toPlain,
} from "./node.ts";
export { type ParsedYaml, parseYaml, type ParseYamlOptions, retypeScalar } from "./parse-yaml.ts";
export {
  anything,
  boolean,
  type Describable,
  describeNode,
  either,
  expectMap,
  integer,
  type JsonSchema,
  type Located,
  type LocatedEntry,
  mismatch,
  number,
  type NumberOptions,
  oneOfWords,
  type ReadContext,
  type Shape,
  text,
  type TextOptions,
  when,
  withDescription,
} from "./shape.ts";
export {
  list,
  type ListOptions,
  mapOf,
  type MapOptions,
  object,
  type ObjectOptions,
  optional,
  type Property,
  type ReadObject,
  required,
} from "./shape-object.ts";
export { didYouMean, suggest } from "./suggest.ts";
