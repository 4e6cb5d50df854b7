import { expect, test } from "vitest";
import { bearer, NOTE, notesDatabase, refusals, startAccess, tokenOf } from "./access-project.test-kit.ts";

test("without an auth section nobody has credentials: what asks for them is 401 and logged, which the start says", async () => {
  const database = await notesDatabase({ auth: false });
  const running = await startAccess({ auth: "", databaseUrl: database.url });
  expect((await running.call("/v1/notes")).status).toBe(200);
  const refused = await running.call(NOTE, { headers: bearer(await tokenOf({ sub: "ann", role: "admin" })) });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  expect(refusals(running)).toMatchObject([{ resource: "notes", action: "get", reason: "anonymous", status: 401 }]);
  const warning = running.lines.find(({ message }) => String(message).includes("has no `auth` section"));
  expect(warning).toMatchObject({ level: "WARN", endpoints: ["v1 notes.get", "v1 notes.delete"] });
});
