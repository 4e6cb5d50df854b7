CREATE TABLE "authors" (
  "id" UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "handle" VARCHAR(40) NOT NULL,
  "name" VARCHAR(80) NOT NULL,
  "bio" VARCHAR(500),
  "role" TEXT NOT NULL DEFAULT 'writer',
  "email" VARCHAR(200) NOT NULL,
  "homepage" VARCHAR(300),
  "joined_on" DATE NOT NULL,
  "followers" BIGINT NOT NULL DEFAULT 0,
  "active" BOOLEAN NOT NULL DEFAULT TRUE,
  "links" JSONB NOT NULL DEFAULT '{}'::jsonb,
  "created_by" UUID,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  CONSTRAINT "uq_authors_handle" UNIQUE ("handle"),
  CONSTRAINT "chk_authors_handle" CHECK (char_length("handle") >= 3),
  CONSTRAINT "chk_authors_name" CHECK (char_length("name") >= 1),
  CONSTRAINT "chk_authors_role" CHECK ("role" IN ('writer', 'editor', 'guest')),
  CONSTRAINT "uq_authors_email" UNIQUE ("email"),
  CONSTRAINT "chk_authors_followers" CHECK ("followers" >= 0)
);
CREATE INDEX "idx_authors_role_name" ON "authors" ("role", "name");
CREATE INDEX "idx_authors_active" ON "authors" ("active");
CREATE INDEX "idx_authors_name" ON "authors" ("name");
CREATE INDEX "idx_authors_joined_on" ON "authors" ("joined_on");
CREATE INDEX "idx_authors_followers" ON "authors" ("followers");
CREATE INDEX "idx_authors_search_name_bio" ON "authors" USING gin (to_tsvector('english', coalesce("name", '') || ' ' || coalesce("bio", '')));
