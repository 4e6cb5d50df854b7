DROP TABLE "covers";
