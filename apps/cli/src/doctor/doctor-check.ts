import { toError } from "@shaperail/core";
import { maskCredentials } from "../mask-credentials.ts";

/** One thing that was looked at. */
export interface DoctorCheck {
  readonly name: string;
  /** A warning is worth knowing and no reason to end with 3. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly message: string;
  /** What to do about a failure or a warning. */
  readonly fix: string | null;
}

export function ok(name: string, message: string): DoctorCheck {
  return { name, status: "ok", message, fix: null };
}

export function warning(name: string, message: string, fix: string): DoctorCheck {
  return { name, status: "warning", message, fix };
}

export function skipped(name: string, message: string): DoctorCheck {
  return { name, status: "skipped", message, fix: null };
}

export function failed(name: string, thrown: unknown, fix: string): DoctorCheck {
  return { name, status: "failed", message: maskCredentials(toError(thrown).message), fix };
}
