/** Tag of the routes that every application has. */
export const SYSTEM_TAG = "system";
