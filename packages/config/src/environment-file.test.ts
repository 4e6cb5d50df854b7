import { expect, test } from "vitest";
import { joinEnvironment } from "./environment-file.ts";

test.each([
  { what: "adds what is not set", env: {}, text: "A=1", expected: "1" },
  { what: "does not beat what is set", env: { A: "real" }, text: "A=1", expected: "real" },
  { what: "does not beat what is set to nothing", env: { A: "" }, text: "A=1", expected: "" },
  { what: "fills in for undefined", env: { A: undefined }, text: "A=1", expected: "1" },
  { what: "may quote", env: {}, text: 'export A="x # y"', expected: "x # y" },
  { what: "may start with a byte order mark", env: {}, text: "\uFEFFA=1", expected: "1" },
  { what: "may leave a variable empty", env: {}, text: "A= \nB=2", expected: "" },
  { what: "may leave a variable empty with CRLF", env: {}, text: "A=\t\r\nB=2", expected: "" },
])(".env $what", ({ env, text, expected }) => {
  const joined = joinEnvironment(env, text);
  expect(joined.env["A"]).toBe(expected);
  expect(joined.problems).toEqual([]);
});

test.each([
  {
    env: {},
    text: "A=1\n  export NODE_ENV=production",
    problems: ["`.env` says that NODE_ENV is `production`, but it is `development`."],
  },
  {
    env: { NODE_ENV: "test" },
    text: "NODE_ENV=development",
    problems: ["`.env` says that NODE_ENV is `development`, but it is `test`."],
  },
  { env: {}, text: "NODE_ENV=development", problems: [] },
  { env: { NODE_ENV: "test" }, text: "NODE_ENV=test", problems: [] },
])("with $env, `$text` cannot decide about NODE_ENV", ({ env, text, problems }) => {
  const joined = joinEnvironment(env, text);
  expect(joined.problems.map(({ message }) => message)).toEqual(problems);
  expect(joined.env["NODE_ENV"]).toBe(env.NODE_ENV);
});
