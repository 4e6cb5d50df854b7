// `npm run bench:jobs`: how fast a burst of jobs is drained by `@shaperail/jobs` and by plain BullMQ, in turn, on one Redis.
import { createQueue, createWorker, defineJob } from "@shaperail/jobs";
import { startRedis } from "@shaperail/test-services";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { spread } from "./statistics.ts";

const JOBS = 10_000;
const BATCH = 500;
const CONCURRENCY = 10;
const ROUNDS = 5;

/** Drains a burst, and returns the jobs per second between the start of the worker and the end of the last handler. */
type Drain = (url: string, round: number) => Promise<number>;

await using redis = await startRedis();
const drains: Readonly<Record<string, Drain>> = { bullmq: drainBullmq, shaperail: drainShaperail };
const ratios: number[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const rates: Record<string, number> = {};
  const names = Object.keys(drains);
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    rates[name] = await (drains[name] ?? drainBullmq)(redis.url, round);
  }
  const { bullmq = 1, shaperail = 0 } = rates;
  // The first round is to warm up.
  if (round > 0) ratios.push(shaperail / bullmq);
  console.error(`${round}/${ROUNDS} bullmq ${Math.round(bullmq)}/s, shaperail ${Math.round(shaperail)}/s`);
}
const { median, min, max } = spread(ratios);
console.log(
  `${JOBS} jobs, concurrency ${CONCURRENCY}: shaperail ÷ bullmq ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`,
);

/** Counts handlers down; resolves with the rate when the last one has ended. */
function countdown(): { readonly handle: () => Promise<void>; readonly rate: Promise<number>; begin(): void } {
  const ended = Promise.withResolvers<number>();
  let left = JOBS;
  let startedAt = 0;
  return {
    begin: () => void (startedAt = performance.now()),
    rate: ended.promise,
    async handle() {
      left -= 1;
      if (left === 0) ended.resolve((JOBS * 1_000) / (performance.now() - startedAt));
    },
  };
}

async function drainBullmq(url: string, round: number): Promise<number> {
  const name = `plain-${round}`;
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection });
  for (let from = 0; from < JOBS; from += BATCH) {
    await queue.addBulk(Array.from({ length: BATCH }, (_, n) => ({ name: "nothing", data: { n: from + n } })));
  }
  const { handle, rate, begin } = countdown();
  begin();
  // As many are remembered as by the other, so that both do the same work for it.
  const keep = { removeOnComplete: { count: 100_000, age: 3_600 }, removeOnFail: { count: 10_000 } };
  const blocking = connection.duplicate();
  const worker = new Worker(name, handle, { connection: blocking, concurrency: CONCURRENCY, ...keep });
  const perSecond = await rate;
  await worker.close();
  await queue.close();
  for (const client of [blocking, connection]) client.disconnect();
  return perSecond;
}

async function drainShaperail(url: string, round: number): Promise<number> {
  const name = `ours-${round}`;
  const backend = { kind: "redis", url } as const;
  const { handle, rate, begin } = countdown();
  const job = defineJob<{ n: number }>({ name: "nothing", handle });
  await using queue = createQueue({ backend, name, jobs: [job] });
  for (let from = 0; from < JOBS; from += BATCH) {
    await queue.addAll(Array.from({ length: BATCH }, (_, n) => ({ name: "nothing", payload: { n: from + n } })));
  }
  const worker = createWorker({ backend, name, jobs: [job], concurrency: CONCURRENCY });
  begin();
  await worker.start();
  const perSecond = await rate;
  await worker.close();
  return perSecond;
}
