export { forkWorker, type ForkOptions } from "./workers/fork-worker.ts";
export { reportWorkers } from "./workers/report-workers.ts";
export type { RestartPolicy } from "./workers/restart-policy.ts";
export { runWorkers, type WorkersEvent, type WorkersOptions } from "./workers/run-workers.ts";
export type { WorkerPosition } from "./workers/share-pools.ts";
export { workerCount } from "./workers/worker-count.ts";
export type { MessageToWorker } from "./workers/worker-message.ts";
export type { WorkerProcess } from "./workers/worker-process.ts";
