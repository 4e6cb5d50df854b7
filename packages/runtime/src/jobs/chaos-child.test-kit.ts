// An application of a chaos test, in a process of its own: `node chaos-child.test-kit.ts <directory> <server|worker>`.
import { loadProject } from "../load-project.ts";
import { createRuntime } from "../runtime.ts";
import { runUntilSignal } from "../signals.ts";

const [, , directory = ".", mode] = process.argv;
const runtime = createRuntime(await loadProject({ directory }), { mode: mode === "worker" ? "worker" : "server" });
await runtime.start();
process.exit(await runUntilSignal(runtime, { logger: runtime.logger }));
