import { ShaperailError, type ShaperailErrorOptions } from "@shaperail/core";
import type { Diagnostic } from "@shaperail/source";

export type ConfigErrorCode =
  /** The directory has no `shaperail.config.yaml`. */
  | "CONFIG_NOT_FOUND"
  /** `shaperail.config.yaml` or `.env` exists and cannot be read. */
  | "CONFIG_UNREADABLE"
  /** The configuration has mistakes; all of them are in `diagnostics`. */
  | "CONFIG_INVALID";

interface ConfigErrorOptions extends ShaperailErrorOptions<ConfigErrorCode> {
  readonly diagnostics?: readonly Diagnostic[];
  readonly sources?: ReadonlyMap<string, string>;
}

export class ConfigError extends ShaperailError<ConfigErrorCode> {
  override readonly name = "ConfigError";
  /** Every mistake, for `formatDiagnostics`; empty unless the code is `CONFIG_INVALID`. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of the files the diagnostics point into, for code frames. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(message: string, { diagnostics = [], sources = new Map(), ...options }: ConfigErrorOptions) {
    super(message, options);
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}
