CREATE TABLE "comments" (
  "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "post_id" UUID NOT NULL,
  "parent_id" UUID,
  "author_name" VARCHAR(80) NOT NULL,
  "author_email" VARCHAR(200),
  "body" VARCHAR(5000) NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'visible',
  "likes" BIGINT NOT NULL DEFAULT 0,
  "created_by" UUID,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  CONSTRAINT "fk_comments_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id"),
  CONSTRAINT "fk_comments_parent_id" FOREIGN KEY ("parent_id") REFERENCES "comments" ("id"),
  CONSTRAINT "chk_comments_author_name" CHECK (char_length("author_name") >= 1),
  CONSTRAINT "chk_comments_body" CHECK (char_length("body") >= 1),
  CONSTRAINT "chk_comments_status" CHECK ("status" IN ('visible', 'held', 'spam')),
  CONSTRAINT "chk_comments_likes" CHECK ("likes" >= 0)
);
CREATE INDEX "idx_comments_post_id_created_at" ON "comments" ("post_id", "created_at");
CREATE INDEX "idx_comments_status" ON "comments" ("status");
CREATE INDEX "idx_comments_parent_id" ON "comments" ("parent_id");
CREATE INDEX "idx_comments_created_at" ON "comments" ("created_at");
CREATE INDEX "idx_comments_likes" ON "comments" ("likes");
CREATE INDEX "idx_comments_search_body" ON "comments" USING gin (to_tsvector('english', coalesce("body", '')));
