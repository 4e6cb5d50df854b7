import { ShaperailError } from "@shaperail/core";

export type ResourceErrorCode =
  /** The folder of the resource files does not exist or cannot be read. */
  | "RESOURCE_DIRECTORY_UNREADABLE"
  /** A resource file cannot be read, or is not UTF-8 text. */
  | "RESOURCE_FILE_UNREADABLE";

/** What {@link loadResources} throws. Mistakes *in* a file are diagnostics, not errors. */
export class ResourceError extends ShaperailError<ResourceErrorCode> {
  override readonly name = "ResourceError";
}
