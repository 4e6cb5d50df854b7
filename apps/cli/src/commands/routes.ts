import type { Command } from "../command.ts";

export const routesCommand: Command = {
  name: "routes",
  summary: "List every route with its method, path and who may call it.",
  options: [["--json", "Print the routes as JSON on standard output."]],
  examples: ["routes", "routes --json"],
  load: async () => (await import("./routes-run.ts")).runRoutes,
};
