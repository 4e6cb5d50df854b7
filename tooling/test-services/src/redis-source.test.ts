import { expect, test } from "vitest";
import { chooseRedisSource, REDIS_MISSING, redisCommand, type RedisProbes } from "./redis-source.ts";

const nothing: RedisProbes = {
  hasBinary: () => false,
  hasApt: () => false,
  isRoot: () => false,
  hasPasswordlessSudo: () => false,
  hasDocker: () => false,
};
const yes = (): boolean => true;

test.each([
  {
    name: "a redis-server on the PATH is used before all else",
    has: { hasBinary: yes, hasApt: yes, isRoot: yes },
    source: { kind: "binary" },
  },
  {
    name: "root on Debian installs it",
    has: { hasApt: yes, isRoot: yes, hasDocker: yes },
    source: { kind: "apt", sudo: false },
  },
  {
    name: "password-less sudo on Debian installs it",
    has: { hasApt: yes, hasPasswordlessSudo: yes },
    source: { kind: "apt", sudo: true },
  },
  { name: "Debian without rights uses Docker", has: { hasApt: yes, hasDocker: yes }, source: { kind: "docker" } },
  { name: "root without apt uses Docker", has: { isRoot: yes, hasDocker: yes }, source: { kind: "docker" } },
])("$name", ({ has, source }) => {
  expect(chooseRedisSource({ ...nothing, ...has })).toEqual(source);
});

test("with nothing at hand one line says what to install", () => {
  expect(() => chooseRedisSource(nothing)).toThrow(REDIS_MISSING);
  expect(REDIS_MISSING).not.toContain("\n");
});

test("a container listens on the loopback address only, and settings follow the image", () => {
  const { command, args, container } = redisCommand({ kind: "docker" }, { port: 7000, settings: { save: "" } });
  expect(command).toBe("docker");
  expect(container).toContain("7000");
  expect(args.join(" ")).toMatch(/--publish 127\.0\.0\.1:7000:6379 redis:\S+ redis-server --save $/);
});
