CREATE TABLE "posts" (
  "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "author_id" UUID NOT NULL,
  "slug" VARCHAR(120) NOT NULL,
  "title" VARCHAR(200) NOT NULL,
  "summary" VARCHAR(300),
  "body" VARCHAR(20000),
  "status" TEXT NOT NULL DEFAULT 'draft',
  "featured" BOOLEAN NOT NULL DEFAULT FALSE,
  "reading_minutes" BIGINT NOT NULL DEFAULT 1,
  "rating" NUMERIC,
  "published_on" DATE,
  "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
  "metadata" JSONB NOT NULL DEFAULT '{}'::jsonb,
  "editor_note" VARCHAR(500),
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "deleted_at" TIMESTAMPTZ,
  CONSTRAINT "fk_posts_author_id" FOREIGN KEY ("author_id") REFERENCES "authors" ("id"),
  CONSTRAINT "chk_posts_slug" CHECK (char_length("slug") >= 3),
  CONSTRAINT "chk_posts_title" CHECK (char_length("title") >= 1),
  CONSTRAINT "chk_posts_body" CHECK (char_length("body") >= 1),
  CONSTRAINT "chk_posts_status" CHECK ("status" IN ('draft', 'published', 'archived')),
  CONSTRAINT "chk_posts_reading_minutes" CHECK ("reading_minutes" >= 1 AND "reading_minutes" <= 120),
  CONSTRAINT "chk_posts_rating" CHECK ("rating" >= 0 AND "rating" <= 5)
);
CREATE UNIQUE INDEX "uq_posts_slug" ON "posts" ("slug") WHERE "deleted_at" IS NULL;
CREATE INDEX "idx_posts_status_id" ON "posts" ("status", "id");
CREATE INDEX "idx_posts_author_id_created_at_desc" ON "posts" ("author_id", "created_at" DESC);
CREATE INDEX "idx_posts_featured" ON "posts" ("featured");
CREATE INDEX "idx_posts_created_at" ON "posts" ("created_at");
CREATE INDEX "idx_posts_published_on" ON "posts" ("published_on");
CREATE INDEX "idx_posts_rating" ON "posts" ("rating");
CREATE INDEX "idx_posts_reading_minutes" ON "posts" ("reading_minutes");
CREATE INDEX "idx_posts_title" ON "posts" ("title");
CREATE INDEX "idx_posts_search_title_body" ON "posts" USING gin (to_tsvector('english', coalesce("title", '') || ' ' || coalesce("body", '')));
