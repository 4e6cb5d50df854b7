import type * as NodeHttp from "node:http";

/**
 * `node:http`, without what an `import` of it costs: that reads every export, `WebSocket` among them, and so loads the
 * whole of node's own undici: 20 ms and 9 MB at every start of a server that never uses it.
 */
export const http: typeof NodeHttp = process.getBuiltinModule("node:http");
