import type { BenchServer } from "../bench-server.ts";
import { deriveProject } from "../derived-project.ts";
import { server as shaperail } from "./shaperail.ts";

/** The example, except that reading a post asks for a token with a role. */
export const server: BenchServer = {
  name: "shaperail-auth",
  describes: "the same, with a token and a role asked for on reading a post",
  command: (context) => ({
    ...shaperail.command(context),
    directory: deriveProject({ posts: (text) => text.replace(/(\n {2}get:\n {4}auth:) public/, "$1 [reader]") }),
  }),
};
