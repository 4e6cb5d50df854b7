import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Call, type Client, createClient } from "./client.ts";
import { databaseState } from "./database-state.ts";
import { KITCHEN_SINK } from "./projects.ts";
import { rawRequest } from "./raw-request.ts";
import { type RunningProject, startProject } from "./start-project.ts";

const OWNER = "00000000-0000-4000-8000-00000000000a";
const SAMPLE = "00000000-0000-4000-8000-00000000000b";

let running: RunningProject;
let client: Client;
let before: unknown;
beforeAll(async () => {
  running = await startProject(KITCHEN_SINK);
  client = createClient(running.url);
  const { sql } = running;
  await sql("INSERT INTO owners (id, name, email) VALUES ($1, 'Ada', 'ada@example.org')", [OWNER]);
  await sql(
    `INSERT INTO samples (id, owner_id, title, stock, agreed, due_on, payload) VALUES ($1, $2, 'One', 1, true, '2026-01-01', '{}')`,
    [SAMPLE, OWNER],
  );
  await sql("INSERT INTO counters (id, name) SELECT n, 'n' || n FROM generate_series(1, 30) n");
  await sql("INSERT INTO terms (word, meaning) VALUES ('word', 'meaning')");
  before = await databaseState(running);
});
afterAll(async () => {
  client.close();
  await running[Symbol.asyncDispose]();
});

/** The status of a refusal in the envelope that wrote nothing; otherwise what is wrong with it. */
async function refusal(answer: Answer | undefined): Promise<number | string> {
  if (answer === undefined) return "no answer";
  const { status, headers, text } = answer;
  const { error } = (text.startsWith("{") ? JSON.parse(text) : {}) as { error?: Record<string, unknown> };
  const isEnvelope = error?.["status"] === status && error["request_id"] === headers.get("x-request-id");
  if (!isEnvelope || status < 400 || status >= 500) return `${status} ${text.slice(0, 300)}`;
  return (await untouched()) ? status : `${status}, but something was written, or the server is not well`;
}

/** Nothing was written, the server still serves, and no object has got a key that nobody gave it. */
async function untouched(): Promise<boolean> {
  const { status } = await client.send({ method: "GET", path: "/health" });
  const polluted = ({} as Record<string, unknown>)["polluted"];
  return isDeepStrictEqual(await databaseState(running), before) && status === 200 && polluted === undefined;
}

const JSON_TYPE = { "content-type": "application/json" };
const get = (path: string): Call => ({ method: "GET", path });
const post = (
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Call => ({
  method: "POST",
  path,
  body,
  headers,
});
const patch = (path: string, body: string): Call => ({ method: "PATCH", path, body, headers: JSON_TYPE });

const SQL = [
  "'; DROP TABLE owners; --",
  "1 OR 1=1",
  "' OR ''='",
  '" OR ""="',
  "1); DELETE FROM counters; --",
  "x' UNION SELECT id::text FROM vaults --",
  "$1",
  "$$; SELECT pg_sleep(9); $$",
  "\\'; TRUNCATE counters; --",
  "id; SELECT 1",
];

describe.each(SQL)("%s", (sql) => {
  const text = encodeURIComponent(sql);

  test.each([
    ["the filter of a uuid", get(`/v1/samples?filter[owner_id]=${text}`)],
    ["the filter of an integer", get(`/v1/counters?filter[id]=${text}`)],
    ["the filter of a number", get(`/v1/counters?filter[limit]=${text}`)],
    ["the filter of a boolean", get(`/v1/samples?filter[featured]=${text}`)],
    ["the filter of an enum", get(`/v1/samples?filter[status]=${text}`)],
    ["the filter of a date", get(`/v1/samples?filter[published_on]=${text}`)],
    ["the filter of a timestamp", get(`/v1/samples?filter[published_at]=${text}`)],
    ["the name of a filter", get(`/v1/samples?filter[${text}]=1`)],
    ["the name of a filter, behind a real one", get(`/v1/samples?filter[title${text}]=1`)],
    ["sort", get(`/v1/samples?sort=${text}`)],
    ["sort, behind a real field", get(`/v1/samples?sort=title,-${text}`)],
    ["the cursor", get(`/v1/counters?after=${text}`)],
    ["the cursor before", get(`/v1/counters?before=${Buffer.from(sql).toString("base64url")}`)],
    ["limit", get(`/v1/counters?limit=${text}`)],
    ["offset", get(`/v1/terms?offset=${text}`)],
    ["an id that is a uuid", get(`/v1/samples/${text}`)],
    ["an id that is a number", get(`/v1/counters/${text}`)],
    ["the id of an update", patch(`/v1/owners/${text}`, '{"name":"x"}')],
    ["the id of a deletion", { method: "DELETE", path: `/v1/owners/${text}` }],
    ["a key of JSON", post("/v1/owners", JSON.stringify({ [sql]: "x", name: "x" }))],
    ["a key of an update", patch(`/v1/owners/${OWNER}`, JSON.stringify({ [sql]: "x", [`name" = '${sql}`]: "x" }))],
    ["a uuid in JSON", post("/v1/badges", JSON.stringify({ owner_id: sql, label: "xx", shape: "round" }))],
    ["an enum in JSON", post("/v1/badges", JSON.stringify({ owner_id: OWNER, label: "xx", shape: sql }))],
    ["keys to delete", post("/v1/counters/delete", JSON.stringify([1, sql]))],
    ["keys to delete that are uuids", { ...post("/v1/samples/bulk", JSON.stringify([SAMPLE, sql])), method: "DELETE" }],
  ])("as %s is refused with 422", async (_place, call) => {
    expect(await refusal(await client.send(call))).toBe(422);
  });

  test("as an id that is a word finds no row", async () => {
    expect(await refusal(await client.send(get(`/v1/terms/${text}`)))).toBe(404);
    expect(await refusal(await client.send({ method: "DELETE", path: `/v1/terms/${text}` }))).toBe(404);
  });

  test.each(["If-Match", "Idempotency-Key"])("as %s is refused", async (name) => {
    const call =
      name === "If-Match" ? patch(`/v1/owners/${OWNER}`, '{"name":"x"}') : post("/v1/owners", '{"name":"x"}');
    expect([400, 412, 422]).toContain(
      await refusal(await client.send({ ...call, headers: { ...call.headers, [name]: sql } })),
    );
  });

  test.each([
    ["the filter of a string", `/v1/samples?filter[title]=${text}`, 0],
    ["words to search for", `/v1/samples?search=${text}+nothing`, 0],
    ["fields", `/v1/samples?fields=${text}`, 1],
    ["fields, behind a real one", `/v1/samples?fields=id,${text}`, 1],
    ["include", `/v1/samples?include=${text}`, 1],
    ["another parameter", `/v1/samples?${text}=${text}`, 1],
  ])("as %s is data", async (_place, path, rows) => {
    const { status, text: body } = await client.send(get(path));
    const { data } = JSON.parse(body) as { data?: unknown[] };
    expect([status, data?.length, await untouched()]).toEqual([200, rows, true]);
  });
});

/** A cursor that was really given, with other values in it. */
async function forged(path: string, values: unknown): Promise<string> {
  const { text } = await client.send(get(`${path}${path.includes("?") ? "&" : "?"}limit=1`));
  const { meta } = JSON.parse(text) as { meta: { cursor: string } };
  const signature = Buffer.from(meta.cursor, "base64url").toString().slice(0, 8);
  return Buffer.from(signature + (typeof values === "string" ? values : JSON.stringify(values))).toString("base64url");
}

test.each([
  [["'; DROP TABLE owners; --"]],
  [["1 OR 1=1"]],
  [["9".repeat(40)]],
  [[1]],
  [[null]],
  [[]],
  [["1", "2"]],
  [{ 0: "1" }],
  ['["1"];'],
  ["[".repeat(2_000)],
  [["1\0"]],
  [["\ud800"]],
  [Array(1_000).fill("1")],
])("a forged cursor with %j is refused", async (values) => {
  const cursor = await forged("/v1/counters", values);
  for (const name of ["after", "before"]) {
    expect(await refusal(await client.send(get(`/v1/counters?${name}=${cursor}`)))).toBe(422);
  }
});

test.each([
  [
    "__proto__ for the fields",
    post("/v1/owners", '{"__proto__":{"name":"x","email":"x@example.org","polluted":1}}'),
    422,
  ],
  ["constructor.prototype", post("/v1/owners", '{"constructor":{"prototype":{"polluted":1}},"name":"x"}'), 422],
  ["only __proto__ in an update", patch(`/v1/owners/${OWNER}`, '{"__proto__":{"name":"x"},"constructor":1}'), 422],
  ["__proto__ as a body", post("/v1/owners", '"__proto__"'), 422],
  ["__proto__ as a value", post("/v1/badges", `{"owner_id":"${OWNER}","label":"xx","shape":"__proto__"}`), 422],
  ["__proto__ as a filter", get("/v1/samples?filter[__proto__]=1"), 422],
  ["constructor as a filter", get("/v1/samples?filter[constructor]=1"), 422],
  ["toString as a sort", get("/v1/samples?sort=toString"), 422],
  ["__proto__ as a sort", get("/v1/samples?sort=-__proto__"), 422],
  ["__proto__ as an id", get("/v1/samples/__proto__"), 422],
  ["constructor as a word", get("/v1/terms/constructor"), 404],
  ["__proto__ as a resource", get("/v1/__proto__"), 404],
  ["the same key twice", post("/v1/owners", '{"name":"a","email":"a@example.org","name":"b"}'), 400],
  [
    "the same key twice, once escaped",
    post("/v1/owners", '{"name":"a","email":"a@example.org","n\\u0061me":"b"}'),
    400,
  ],
  ["the same key twice, deeper", post("/v1/owners", '{"name":"a","email":"a@example.org","x":[{"y":1,"y":2}]}'), 400],
  ["__proto__ twice", post("/v1/owners", '{"name":"a","email":"a@example.org","__proto__":1,"__proto__":2}'), 400],
  ["10,000 arrays in each other", post("/v1/owners", "[".repeat(10_000) + "]".repeat(10_000)), 400],
  ["10,000 objects in each other", post("/v1/owners", '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)), 400],
  ["10,000 brackets that never close", post("/v1/owners", "[".repeat(10_000)), 400],
  [
    "a deep value of a json field",
    patch(`/v1/samples/${SAMPLE}`, `{"payload":${"[".repeat(70)}${"]".repeat(70)}}`),
    400,
  ],
] as const)("%s", async (_name, call, status) => {
  expect(await refusal(await client.send(call))).toBe(status);
});

test.each([
  "fields=__proto__,constructor",
  "include=__proto__,constructor,toString",
  "__proto__[polluted]=1",
  "constructor=1",
])("?%s names nothing", async (query) => {
  expect((await client.send(get(`/v1/samples?${query}`))).status).toBe(200);
  expect(await untouched()).toBe(true);
});

const sample = (member: string): string => `{${member}}`;
const MILLION = 1_000_000;

test.each([
  ["2^63", '"stock":9223372036854775808', 422],
  ["-2^63 - 1", '"stock":-9223372036854775809', 422],
  ["an integer of 1e400", '"stock":1e400', 422],
  ["an integer of a thousand digits", `"stock":${"9".repeat(1_000)}`, 422],
  ["an integer of a million digits", `"stock":${"9".repeat(MILLION)}`, 400],
  ["a number of 1e400", '"amount":1e400', 422],
  ["a number of -1e400", '"amount":-1e400', 422],
  ["a number of a million digits", `"amount":${"9".repeat(MILLION)}`, 400],
  ["a million digits in a json field", `"payload":{"a":${"9".repeat(MILLION)}}`, 400],
  ["1e400 in a json field", '"payload":[1e400]', 422],
  ["a number of an array that no double holds", `"ratios":[${"9".repeat(400)}]`, 422],
  ["NaN", '"amount":NaN', 400],
  ["Infinity", '"amount":Infinity', 400],
  ["-Infinity", '"amount":-Infinity', 400],
  ["a hexadecimal number", '"stock":0x10', 400],
  ["a leading zero", '"stock":010', 400],
  ["NaN as text", '"amount":"NaN"', 422],
  ["NUL in text", '"title":"a\\u0000b"', 422],
  ["NUL in an element", '"tags":["a\\u0000b"]', 422],
  ["NUL in a json value", '"payload":{"a":["\\u0000"]}', 422],
  ["NUL in a json key", '"payload":{"\\u0000":1}', 422],
  ["NUL in an enum", '"status":"draft\\u0000"', 422],
  ["NUL in a file", '"cover":"\\u0000"', 422],
  ["a raw NUL byte", '"title":"a\0b"', 400],
  ["a raw line feed in text", '"title":"a\nb"', 400],
  ["half a surrogate pair in text", '"title":"\\ud800"', 422],
  ["the other half", '"title":"\\udc00x"', 422],
  ["a pair the wrong way round", '"title":"\\udc00\\ud800"', 422],
  ["half a pair in a json value", '"payload":"\\ud83d"', 422],
  ["half a pair in a json key", '"payload":{"\\udfff":1}', 422],
  ["half a pair in an element", '"words":["ab\\ud800"]', 422],
  ["a megabyte where 40 characters fit", `"title":"${"x".repeat(MILLION)}"`, 422],
  ["a megabyte as an enum", `"status":"${"x".repeat(MILLION)}"`, 422],
  ["a megabyte as an e-mail address", `"contact":"${"a.".repeat(MILLION / 2 - 10)}@x.co"`, 422],
  ["a megabyte as a uuid", `"owner_id":"${"0".repeat(MILLION)}"`, 422],
  ["a megabyte as a URL", `"homepage":"https://${"a".repeat(MILLION)}"`, 422],
  ["a megabyte as a timestamp", `"published_at":"${"2".repeat(MILLION)}"`, 422],
  ["more words than can be searched", `"body":"${words(900_000)}"`, 422],
  ["an array of 200,000 elements", `"tags":[${Array(200_000).fill('"a"').join()}]`, 422],
  ["an array of 400,000 wrong elements", `"tokens":[${Array(400_000).fill("1").join()}]`, 422],
  ["one byte more than a megabyte", `"title":"${"x".repeat(1_048_576)}"`, 413],
])("%s is refused", async (_name, member, status) => {
  expect(await refusal(await client.send(patch(`/v1/samples/${SAMPLE}`, sample(member))))).toBe(status);
});

/** Different words, this many characters of them. */
function words(length: number): string {
  let text = "";
  for (let number = 0; text.length < length; number += 1) text += `${number.toString(36)}z `;
  return text;
}

test("a megabyte in a column with an index, where a few kilobytes fit, is refused", async () => {
  const note = randomBytes(450_000).toString("hex");
  const body = JSON.stringify({ owner_id: OWNER, label: "xx", shape: "round", note });
  expect(await refusal(await client.send(post("/v1/badges", body)))).toBe(422);
});

test.each([
  ["%00 in an id", "/v1/terms/%00", 422],
  ["%00 in a filter", "/v1/samples?filter[title]=a%00", 422],
  ["%00 in search", "/v1/samples?search=%00", 422],
  ["%00 in a name", "/v1/samples?filter[title%00]=1", 422],
  ["%00 in sort", "/v1/samples?sort=title%00", 422],
  ["%00 in a cursor", "/v1/samples?after=%00", 422],
  ["bytes that are not UTF-8 in an id", "/v1/terms/%C3%28", 400],
  ["bytes that are not UTF-8 in a query", "/v1/samples?filter[title]=%ff", 400],
  ["half a surrogate pair in a query", "/v1/samples?search=%ED%A0%80", 400],
  ["a % without digits", "/v1/samples?search=%zz", 400],
  ["a % at the end of an id", "/v1/terms/%", 400],
  ["an exponent without end", "/v1/samples?filter[amount]=1e999999999", 422],
  ["NaN for a number", "/v1/samples?filter[amount]=NaN", 422],
  ["a thousand digits for an integer", `/v1/samples?filter[views]=${"9".repeat(1_000)}`, 422],
  ["a year that is none", "/v1/samples?filter[published_on]=99999-01-01", 422],
  ["infinity for a date", "/v1/samples?filter[published_on]=infinity", 422],
  ["epoch for a timestamp", "/v1/samples?filter[published_at]=epoch", 422],
  ["300 parameters", `/v1/samples?${"a&".repeat(300)}`, 400],
  ["10,000 parameters", `/v1/samples?${"a=1&".repeat(10_000)}`, 414],
  ["a URL of 10,000 characters", `/v1/samples?search=${"x".repeat(10_000)}`, 414],
  ["an id of 10,000 characters", `/v1/terms/${"x".repeat(10_000)}`, 414],
  ["a way out of the folder", "/v1/owners/../../../etc/passwd", 404],
  ["an encoded way out of the folder", "/v1/%2e%2e%2f%2e%2e%2fetc", 404],
])("%s is refused", async (_name, path, status) => {
  // node's client writes what it is given; some of these it would rather not.
  const bytes = `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;
  expect(await refusal(await rawRequest(running.port, bytes))).toBe(status);
});

const GOOD = '{"name":"New","email":"new@example.org"}';

test.each([
  ["no type", GOOD, {}, 415],
  ["text", GOOD, { "content-type": "text/plain" }, 415],
  ["a form", "name=New&email=new@example.org", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ["a multipart form", GOOD, { "content-type": "multipart/form-data; boundary=x" }, 415],
  ["XML", "<name/>", { "content-type": "application/xml" }, 415],
  ["another charset", Buffer.from(GOOD, "utf16le"), { "content-type": "application/json; charset=utf-16" }, 415],
  ["a type that begins like JSON", GOOD, { "content-type": "application/jsonp" }, 415],
  ["an unknown coding", GOOD, { ...JSON_TYPE, "content-encoding": "zstd" }, 415],
  ["gzip that is none", GOOD, { ...JSON_TYPE, "content-encoding": "gzip" }, 400],
  [
    "gzip that unpacks to 100 MB",
    gzipSync(Buffer.alloc(100_000_000, " ")),
    { ...JSON_TYPE, "content-encoding": "gzip" },
    413,
  ],
  ["half of gzip", gzipSync(GOOD).subarray(0, 20), { ...JSON_TYPE, "content-encoding": "gzip" }, 400],
  ["UTF-16 said to be UTF-8", Buffer.from(GOOD, "utf16le"), JSON_TYPE, 400],
  [
    "an overlong encoding",
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    JSON_TYPE,
    400,
  ],
  [
    "an encoded surrogate",
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    JSON_TYPE,
    400,
  ],
  [
    "a byte that begins nothing",
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    JSON_TYPE,
    400,
  ],
  ["two values", `${GOOD}${GOOD}`, JSON_TYPE, 400],
  ["a comment", `/* */${GOOD}`, JSON_TYPE, 400],
  ["a comma too many", '{"name":"New","email":"new@example.org",}', JSON_TYPE, 400],
  ["half of it", GOOD.slice(0, -5), JSON_TYPE, 400],
  ["white space", "  \n ", JSON_TYPE, 400],
  ["nothing", "", JSON_TYPE, 400],
] as const)("a body that is %s is refused", async (...[, body, headers, status]) => {
  expect(await refusal(await client.send(post("/v1/owners", body, headers)))).toBe(status);
});

const head = (lines: string, path = "/v1/owners"): string =>
  `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n${lines}\r\n`;

test.each([
  [
    "a chunk with a size that is no number",
    `${head("Transfer-Encoding: chunked\r\n")}zz\r\n${GOOD}\r\n0\r\n\r\n`,
    false,
  ],
  ["a chunk that is longer than said", `${head("Transfer-Encoding: chunked\r\n")}2\r\n${GOOD}\r\n0\r\n\r\n`, false],
  ["a length beside chunks", `${head("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")}0\r\n\r\n`, false],
  ["two lengths", `${head("Content-Length: 5\r\nContent-Length: 40\r\n")}${GOOD}`, false],
  ["a negative length", `${head("Content-Length: -1\r\n")}${GOOD}`, false],
  ["a coding that is not the last", `${head("Transfer-Encoding: chunked, identity\r\n")}0\r\n\r\n`, false],
  ["a line break in a header", `${head("X-A: b\rc\r\nContent-Length: 2\r\n")}{}`, false],
  ["NUL in a header", `${head("X-A: b\0c\r\nContent-Length: 2\r\n")}{}`, false],
  ["a space in the path", "GET /v1/owners /x HTTP/1.1\r\nHost: test\r\n\r\n", false],
  ["no host", "GET /v1/owners HTTP/1.1\r\n\r\n", false],
  ["another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01", true],
  ["a method that nobody knows", "DROP /v1/owners HTTP/1.1\r\nHost: test\r\n\r\n", false],
  ["2,000 headers", `${head(Array.from({ length: 2_000 }, (_, n) => `X-H${n}: value\r\n`).join(""))}`, false],
  ["a header of a megabyte", `${head(`X-Long: ${"x".repeat(MILLION)}\r\n`)}`, false],
  ["a cookie of 100 KB", `${head(`Cookie: ${"a=b; ".repeat(20_000)}\r\n`)}`, false],
])("%s is refused", async (_name, bytes, hangUp) => {
  expect([400, 431]).toContain(await refusal(await rawRequest(running.port, bytes, { hangUp })));
});

test.each([
  ["a body that stops before its length", `${head("Content-Length: 4000\r\n")}${GOOD}`],
  ["chunks that never end", `${head("Transfer-Encoding: chunked\r\n")}${GOOD.length.toString(16)}\r\n${GOOD}\r\n`],
  ["a header that never ends", "POST /v1/owners HTTP/1.1\r\nHost: test\r\nContent-Le"],
])("%s writes nothing", async (_name, bytes) => {
  const answer = await rawRequest(running.port, bytes, { hangUp: true });
  expect(await untouched()).toBe(true);
  expect(["no answer", 400, 408]).toContain(await refusal(answer));
});

test.each(["TRACE", "CONNECT", "PROPFIND", "PUT"])("%s is not answered by a list", async (method) => {
  const target = method === "CONNECT" ? "test:80" : "/v1/owners";
  const answer = await rawRequest(
    running.port,
    `${method} ${target} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n`,
  );
  expect(await untouched()).toBe(true);
  expect(["no answer", 400, 404, 405]).toContain(await refusal(answer));
});

test("SQL in a value is stored and found as it came", async () => {
  const [label = ""] = SQL;
  const owner = { name: label, email: "sql@example.org" };
  const created = await client.send(post("/v1/owners", JSON.stringify(owner)));
  expect(created.status).toBe(201);
  const { data } = JSON.parse(created.text) as { data: { id: string; name: string } };
  expect(data.name).toBe(label);
  const found = await client.send(get(`/v1/owners?filter[name]=${encodeURIComponent(label)}`));
  expect((JSON.parse(found.text) as { data: unknown[] }).data).toHaveLength(1);
  await client.send({ method: "DELETE", path: `/v1/owners/${data.id}` });
  expect(await untouched()).toBe(true);
});
