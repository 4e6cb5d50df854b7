import { createDatabase, DbError } from "@shaperail/db";
import { forgetOutboxJob } from "@shaperail/events";
import { needsOutbox, type Project } from "@shaperail/runtime";

/** Lets the outbox of every database forget a job, so that no relay brings it back. */
export async function forgetInOutboxes(project: Project, id: string): Promise<void> {
  for (const [name, { url }] of Object.entries<{ readonly url: string }>(project.config.databases)) {
    if (!needsOutbox(project, name)) continue;
    await using database = createDatabase({ url, poolSize: 1, applicationName: "shaperail jobs" });
    try {
      await forgetOutboxJob(database, id);
    } catch (error) {
      // No tables yet: then nothing has gone through them either.
      if (!(error instanceof DbError) || error.code !== "DB_SCHEMA_MISMATCH") throw error;
    }
  }
}
