import type { CommandGroup } from "../command.ts";

export const exportCommand: CommandGroup = {
  name: "export",
  summary: "Write what others need: an OpenAPI document, a typed client, a JSON Schema.",
  examples: ["export openapi --output openapi.yaml", "export sdk --lang ts --output sdk", "export json-schema"],
  commands: [
    {
      name: "openapi",
      summary: "Describe the API as an OpenAPI 3.1 document.",
      options: [["-o, --output <file>", "File to write instead of standard output; .yaml or .yml for YAML."]],
      examples: ["export openapi", "export openapi --output openapi.yaml"],
      load: async () => (await import("./export-run.ts")).runExportOpenapi,
    },
    {
      name: "sdk",
      summary: "Write a typed client; whoever uses it installs openapi-fetch.",
      options: [
        ["-l, --lang <language>", "Language of the client: ts (default: ts)."],
        ["-o, --output <directory>", "Where to write it (default: sdk)."],
        ["--json", "Print the paths as JSON on standard output."],
      ],
      examples: ["export sdk --lang ts", "export sdk --output web/src/api"],
      load: async () => (await import("./export-run.ts")).runExportSdk,
    },
    {
      name: "json-schema",
      summary: "Write the JSON Schema of resource files, for editors.",
      options: [["-o, --output <file>", "File to write instead of standard output."]],
      examples: ["export json-schema --output resource.schema.json"],
      load: async () => (await import("./export-run.ts")).runExportJsonSchema,
    },
  ],
};
