import type { JobContext } from "@shaperail/jobs";

/** The part of what `shaperail generate` calls `NotifyAuthorPayload` that is used here. */
interface Payload {
  readonly data: { readonly post_id: string; readonly author_name: string };
}

/**
 * Runs after a comment was created. A real one would send a mail, with `id` as its key: a job may run more than once, and whoever sends the mail
 * then knows that it has.
 */
export async function handle({ data }: Payload, { id, logger }: JobContext): Promise<void> {
  logger.info("the author of a post is told of a comment", { job: id, post: data.post_id, by: data.author_name });
}
