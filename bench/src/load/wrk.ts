import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory } from "@shaperail/test-services";
import type { LoadGenerator, LoadResult, LoadTarget } from "./load.ts";

export function isWrkInstalled(): boolean {
  try {
    // It has no option that ends with 0; without arguments it prints its usage.
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** wrk in one thread, which is more than any of these servers can keep busy on the same machine. */
export const wrk: LoadGenerator = {
  name: "wrk",
  async measure(target) {
    await using directory = await temporaryDirectory("wrk");
    const script = join(directory.path, "load.lua");
    await writeFile(join(directory.path, "ids"), target.ids.join("\n"));
    await writeFile(script, toLua(target, join(directory.path, "ids")));
    const { connections, seconds, url } = target;
    const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script, url];
    const { stdout } = await promisify(execFile)("wrk", args, { timeout: (seconds + 30) * 1_000 });
    const line = stdout.split("\n").find((text) => text.startsWith("result: "));
    if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
    return toResult(JSON.parse(line.slice("result: ".length)) as WrkResult, target);
  },
};

interface WrkResult {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly unexpected: number;
  readonly socketErrors: number;
}

function toResult(found: WrkResult, { workload }: LoadTarget): LoadResult {
  const { requests, durationUs, p50Us, p99Us, unexpected, socketErrors } = found;
  if (unexpected > 0 || socketErrors > 0 || requests === 0) {
    throw new Error(
      `${workload.name}: of ${requests} answers ${unexpected} have another status; ${socketErrors} errors of sockets.`,
    );
  }
  return { requests, requestsPerSecond: requests / (durationUs / 1e6), p50Ms: p50Us / 1_000, p99Ms: p99Us / 1_000 };
}

// A global of the thread, since `done` runs in the main one and can only read those.
function toLua({ workload, unique }: LoadTarget, idsFile: string): string {
  const { method, path, headers, body, status } = workload;
  const setHeaders = Object.entries(headers).map(([name, value]) => `wrk.headers[${quote(name)}] = ${quote(value)}`);
  return `
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args)
  unexpected = 0
  count = 0
  ids = {}
  for id in io.lines(${quote(idsFile)}) do ids[#ids + 1] = id end
  ${setHeaders.join("\n  ")}
end
local path, body = ${quote(path)}, ${body === undefined ? "nil" : quote(body)}
local hasId, hasUnique = path:find("{id}", 1, true), body and body:find("{unique}", 1, true)
function request()
  count = count + 1
  local at = path
  if hasId then at = path:gsub("{id}", ids[count % #ids + 1]) end
  local text = body
  if hasUnique then text = body:gsub("{unique}", ${quote(`${unique}-`)} .. count) end
  return wrk.format(${quote(method)}, at, nil, text)
end
function response(status) if status ~= ${status} then unexpected = unexpected + 1 end end
function done(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("unexpected") end
  local e = summary.errors
  io.write(string.format('result: {"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"unexpected":%d,"socketErrors":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), wrong, e.connect + e.read + e.write + e.timeout))
end
`;
}

/** Lua reads the escapes of a JSON string like JSON does, except \\u, which is not needed here. */
function quote(text: string): string {
  return JSON.stringify(text);
}
