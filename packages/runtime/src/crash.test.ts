import { EventEmitter } from "node:events";
import { noopLogger } from "@shaperail/core";
import { expect, test } from "vitest";
import { exitOnCrash } from "./crash.ts";

test("a log that fails does not keep the process from ending", () => {
  const codes: number[] = [];
  const source = new EventEmitter();
  const broken = {
    ...noopLogger,
    error: () => {
      throw new Error("no log");
    },
  };
  exitOnCrash(broken, { source, exit: (code) => void codes.push(code) });
  expect(() => source.emit("uncaughtException", new Error("boom"), "uncaughtException")).toThrow("no log");
  expect(codes).toEqual([1]);
});

test("what is returned takes the listener away again", () => {
  const source = new EventEmitter();
  exitOnCrash(noopLogger, { source })();
  expect(source.listenerCount("uncaughtException")).toBe(0);
});
