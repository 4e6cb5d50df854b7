import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Clock ticks of /proc per second; the same on every Linux that Node runs on. */
const TICKS = 100;

/** What a process has in RAM, in MiB. */
export interface Memory {
  readonly resident: number;
  /** Without what it only maps, which for Node is the program itself, some 50 MiB; undefined where there is no /proc. */
  readonly private: number | undefined;
}

export function memoryOf(pid: number): Memory {
  if (process.platform !== "linux") {
    const kilobytes = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return { resident: Number(kilobytes) / 1_024, private: undefined };
  }
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1_024;
  return { resident: read("VmRSS"), private: read("RssAnon") };
}

/** CPU time the process has used in all its threads, in seconds; undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may have spaces; user and system time are the 12th and 13th fields behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
