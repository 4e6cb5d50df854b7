import { expect, test } from "vitest";
import * as config from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(config).toSorted()).toEqual([
    "CONFIG_FILE",
    "CONFIG_RULES",
    "ConfigError",
    "OPTIONAL_SECTIONS",
    "configJsonSchema",
    "describeConfig",
    "inactiveSections",
    "leadsNowhere",
    "loadConfig",
    "maskUrl",
    "parseConfig",
    "parseDuration",
  ]);
});
