import { closeable, noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import { createShutdown } from "./shutdown.ts";

test("what was added last is closed first, each after the other", async () => {
  const order: string[] = [];
  const shutdown = createShutdown({ logger: noopLogger });
  for (const name of ["log", "database", "server"]) {
    shutdown.add(
      name,
      closeable(async () => {
        order.push(`${name} closing`);
        await Promise.resolve();
        order.push(`${name} closed`);
      }),
    );
  }
  await shutdown.close();
  expect(order).toEqual(["server", "database", "log"].flatMap((name) => [`${name} closing`, `${name} closed`]));
});

test("one that hangs or fails does not keep the others open, and is named", async () => {
  const errors: unknown[] = [];
  let closed = false;
  const logger = { ...noopLogger, error: (_message: string, fields?: object) => void errors.push(fields) };
  const shutdown = createShutdown({ logger, deadlineMs: 20 });
  shutdown.add(
    "database",
    closeable(async () => void (closed = true)),
  );
  shutdown.add(
    "broken",
    closeable(() => Promise.reject(new Error("refused"))),
  );
  shutdown.add(
    "hung",
    closeable(() => new Promise(() => {})),
  );
  await expect(shutdown.close()).rejects.toMatchObject({ code: "RUNTIME_CLOSE_TIMEOUT" });
  expect(closed).toBe(true);
  expect(errors).toMatchObject([{ resource: "hung" }, { resource: "broken" }]);
});
