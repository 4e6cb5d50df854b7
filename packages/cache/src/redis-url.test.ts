import { expect, test } from "vitest";
import { describeTarget, parseRedisUrl } from "./redis-url.ts";

const nobody = { username: undefined, password: undefined };

test.each([
  { url: "redis://localhost", address: { host: "localhost", port: 6379 }, login: nobody, database: 0 },
  {
    url: "redis://:pw@redis.example.com:6380/3",
    address: { host: "redis.example.com", port: 6380 },
    login: { username: undefined, password: "pw" },
    database: 3,
  },
  {
    url: "redis://app:p%40s%3As@[::1]:6379/0",
    address: { host: "::1", port: 6379 },
    login: { username: "app", password: "p@s:s" },
    database: 0,
  },
  {
    url: "redis://app:a@b@host/",
    address: { host: "host", port: 6379 },
    login: { username: "app", password: "a@b" },
    database: 0,
  },
])("$url is one server", ({ url, address, login, database }) => {
  expect(parseRedisUrl(url)).toEqual({ topology: { kind: "single", address }, login, database, tls: undefined });
});

test("rediss is encrypted", () => {
  expect(parseRedisUrl("rediss://host").tls).toEqual({});
});

test("redis+sentinel names sentinels, the master and a database", () => {
  const url = "rediss+sentinel://app:pw@one:26380,two/mymaster/2?sentinel_user=s&sentinel_password=t%26";
  expect(parseRedisUrl(url)).toEqual({
    topology: {
      kind: "sentinel",
      sentinels: [
        { host: "one", port: 26380 },
        { host: "two", port: 26379 },
      ],
      master: "mymaster",
      login: { username: "s", password: "t&" },
    },
    login: { username: "app", password: "pw" },
    database: 2,
    tls: {},
  });
});

test("redis+cluster names nodes", () => {
  expect(parseRedisUrl("redis+cluster://one:7000,two").topology).toEqual({
    kind: "cluster",
    nodes: [
      { host: "one", port: 7000 },
      { host: "two", port: 6379 },
    ],
  });
});

test.each([
  { url: "http://secret@host", why: "another protocol" },
  { url: "secret", why: "no URL" },
  { url: "redis://:secret@host:99999", why: "a port that is none" },
  { url: "redis://:secret@host:x", why: "a port that is no number" },
  { url: "redis://:secret@host/zero", why: "a database that is no number" },
  { url: "redis://:secret@host/0/1", why: "a path" },
  { url: "redis://:secret@one,two", why: "two hosts" },
  { url: "redis://secret@host", why: "a user without a password" },
  { url: "redis://:secret%zz@host", why: "a broken escape" },
  { url: "redis://:secret@host?timeout=5", why: "a parameter nobody knows" },
  { url: "redis://:secret@host?sslrootcert=ca.pem", why: "a certificate without TLS" },
  { url: "rediss://:secret@host?sslrootcert=/no/such/file", why: "a file that is not there" },
  { url: "redis+sentinel://:secret@host", why: "sentinels without a master" },
  { url: "redis+cluster://:secret@host/1", why: "a cluster with a database" },
])("$why is refused without quoting a credential", ({ url }) => {
  let thrown: unknown;
  try {
    parseRedisUrl(url);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "CACHE_URL_INVALID", hint: expect.stringContaining("redis://") });
  expect(String(thrown)).not.toContain("secret");
});

test.each([
  { url: "redis://app:secret@host:1/2", description: "redis://host:1/2" },
  { url: "rediss://:secret@[::1]", description: "rediss://[::1]:6379/0" },
  {
    url: "redis+sentinel://:secret@a,b/m?sentinel_password=secret",
    description: "redis+sentinel://a:26379,b:26379/m/0",
  },
  { url: "redis+cluster://:secret@a,b:7", description: "redis+cluster://a:6379,b:7" },
])("$description is how an address is shown", ({ url, description }) => {
  expect(describeTarget(parseRedisUrl(url))).toBe(description);
});
