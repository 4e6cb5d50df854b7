import { fileURLToPath } from "node:url";

/** The project that uses every key of the format that has an effect. */
export const KITCHEN_SINK: string = fileURLToPath(new URL("../project", import.meta.url));

/** The example application. */
export const BLOG: string = fileURLToPath(new URL("../../../apps/blog", import.meta.url));

/** The project with a resource for each rule about who may see whose rows. */
export const ACCESS: string = fileURLToPath(new URL("../access-project", import.meta.url));
