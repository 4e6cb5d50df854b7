#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiling what a command imports is most of its start; the second start reads it from a cache in the temporary directory.
enableCompileCache();
const { runProcess } = await import("./process.ts");
await runProcess();
