import type { SqlRunner } from "../database-port.ts";

const FORGET = {
  name: "outbox.forgetJob",
  text: `UPDATE "shaperail_outbox" SET "job_ids" = "job_ids" - $1::text WHERE "job_ids" @> to_jsonb($1::text)`,
};

/**
 * Lets the outbox forget a job of the queue. Do so before the job is dropped: the relay would take it for lost, and add it again. False when
 * the outbox did not know it.
 */
export async function forgetOutboxJob(database: SqlRunner, jobId: string): Promise<boolean> {
  return (await database.run(FORGET, [jobId])).rowCount > 0;
}
