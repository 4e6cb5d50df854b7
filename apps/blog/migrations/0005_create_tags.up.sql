CREATE TABLE "tags" (
  "name" VARCHAR(30) PRIMARY KEY,
  "description" VARCHAR(200) NOT NULL,
  "color" TEXT NOT NULL DEFAULT 'grey',
  CONSTRAINT "chk_tags_name" CHECK (char_length("name") >= 2),
  CONSTRAINT "chk_tags_color" CHECK ("color" IN ('amber', 'blue', 'green', 'grey', 'pink', 'red', 'teal', 'violet'))
);
CREATE INDEX "idx_tags_color" ON "tags" ("color");
