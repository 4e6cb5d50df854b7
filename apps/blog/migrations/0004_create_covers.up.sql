CREATE TABLE "covers" (
  "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "post_id" UUID NOT NULL,
  "url" VARCHAR(300) NOT NULL,
  "alt" VARCHAR(200) NOT NULL,
  "width" BIGINT NOT NULL,
  "height" BIGINT NOT NULL,
  "palette" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
  CONSTRAINT "uq_covers_post_id" UNIQUE ("post_id"),
  CONSTRAINT "fk_covers_post_id" FOREIGN KEY ("post_id") REFERENCES "posts" ("id"),
  CONSTRAINT "chk_covers_width" CHECK ("width" >= 1 AND "width" <= 10000),
  CONSTRAINT "chk_covers_height" CHECK ("height" >= 1 AND "height" <= 10000)
);
CREATE INDEX "idx_covers_width" ON "covers" ("width");
