import { expect, test } from "vitest";
import { BACKENDS } from "./backends.test-kit.ts";
import { openBullQueue } from "./bullmq.ts";
import { createQueue } from "./queue.ts";

test.each(BACKENDS)("a tool that speaks BullMQ sees the jobs in $kind", async ({ make }) => {
  await using home = await make();
  const { backend } = home;
  await using queue = createQueue({ backend });
  await using opened = await openBullQueue({ backend });
  const id = await queue.add("greet", { to: "ann" });
  const [job] = await opened.queue.getJobs(["prioritized"]);
  expect(job).toMatchObject({ id, name: "greet", data: { payload: { to: "ann" } } });
  await opened.close();
});

test.each([
  { kind: "redis", url: "redis://127.0.0.1:1" },
  { kind: "postgres", url: "postgresql://127.0.0.1:1/app" },
] as const)("a $kind that is down is said within the time that was given", async (backend) => {
  await expect(openBullQueue({ backend, timeoutMs: 500 })).rejects.toMatchObject({ code: "JOBS_UNAVAILABLE" });
});
