import { createReleaseMemory, listReleases, recordRelease, type Release, retireReleases } from "@shaperail/db/migrate";
import { describeRelease } from "@shaperail/runtime";
import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { targetsOf } from "../migrate/migrate-options.ts";
import { withDatabase } from "../migrate/read-live-releases.ts";
import type { MigrationTarget } from "../migrations.ts";
import { openProject } from "../project.ts";

/** A release as one of the project's databases knows it. */
type Known = Release & { readonly database: string };

export const runReleasesList: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  await using opened = await openProject(context, { needs: "databases" });
  const releases = await listAll(targetsOf(opened.project, invocation));
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ releases: releases.map(toJson) })}\n`);
  else if (releases.length === 0) stdout.write("No release was recorded.\n");
  else stdout.write(toTable(releases));
  return EXIT_CODES.ok;
};

export const runReleasesRetire: RunCommand = async (context, invocation) => {
  const { stdout, stderr } = context;
  const [ended, kept] = [invocation.argument(0), invocation.value("all-but")];
  const retirement = retirementOf(ended, kept);
  await using opened = await openProject(context, { needs: "databases" });
  const targets = targetsOf(opened.project, invocation);
  const live = (await listAll(targets)).filter(({ retiredAt }) => retiredAt === undefined);
  // A name that is mistyped must not end every other release.
  const named = ended ?? kept;
  if (!live.some(({ release }) => release === named)) throw unknownRelease(named);
  const retired: { readonly database: string; readonly release: string }[] = [];
  for (const { database, url } of targets) {
    const names = await withDatabase(url, (connection) => retireReleases(connection, retirement));
    retired.push(...names.map((release) => ({ database, release })));
  }
  for (const { release, database } of retired) {
    const seconds = secondsSinceSeen(live, release, database);
    if (seconds >= RECENT_SECONDS) continue;
    stderr.write(`${release} was seen ${ago(seconds)}: make sure that no process of it is left.\n`);
  }
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ retired })}\n`);
  else if (retired.length === 0) stdout.write("No other release is live.\n");
  else for (const one of retired) stdout.write(`Retired ${one.release}${on(one.database)}\n`);
  return EXIT_CODES.ok;
};

export const runReleasesRecord: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  await using opened = await openProject(context, { needs: "databases" });
  const { name, contracts } = await describeRelease(opened.project);
  const release = invocation.value("release") ?? name;
  const recorded: { readonly database: string; readonly release: string }[] = [];
  for (const { database, url } of targetsOf(opened.project, invocation)) {
    const contract = contracts.get(database);
    if (contract === undefined) continue;
    await withDatabase(url, async (connection) => {
      await createReleaseMemory(connection);
      await recordRelease(connection, { release, contract });
    });
    recorded.push({ database, release });
  }
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ recorded })}\n`);
  else for (const { database } of recorded) stdout.write(`Recorded ${release}${on(database)}\n`);
  return EXIT_CODES.ok;
};

async function listAll(targets: readonly MigrationTarget[]): Promise<Known[]> {
  const known: Known[] = [];
  for (const { database, url } of targets) {
    const releases = await withDatabase(url, listReleases);
    known.push(...releases.map((release) => ({ database, ...release })));
  }
  return known;
}

function retirementOf(
  ended: string | undefined,
  kept: string | undefined,
): { readonly release: string } | { readonly allBut: string } {
  if (ended !== undefined && kept === undefined) return { release: ended };
  if (kept !== undefined && ended === undefined) return { allBut: kept };
  throw new CliError("Name either the release that has ended or, with --all-but, the one that stays.", {
    code: "CLI_USAGE",
    hint: "`shaperail releases list` shows them.",
    exitCode: EXIT_CODES.usage,
  });
}

function unknownRelease(name: string | undefined): CliError {
  return new CliError(`No live release is called "${name}".`, {
    code: "CLI_NOTHING_FOUND",
    hint: "`shaperail releases list` shows those that are.",
  });
}

/** Two signs of life are a minute apart. */
const RECENT_SECONDS = 150;

function secondsSinceSeen(live: readonly Known[], name: string, on: string): number {
  const seen = live.filter(({ release, database }) => release === name && database === on);
  return Math.min(...seen.map((release) => release.secondsSinceSeen));
}

function stateOf({ retiredAt, lastSeenAt, secondsSinceSeen: seconds }: Release): string {
  if (retiredAt === undefined) return seconds < RECENT_SECONDS ? "live" : "live, silent";
  return lastSeenAt > retiredAt ? "retired, but seen since" : "retired";
}

function toTable(releases: readonly Known[]): string {
  const width = Math.max(...releases.map(({ release }) => release.length));
  const states = Math.max(...releases.map((release) => stateOf(release).length));
  const lines = releases.map((one) => {
    const times = `since ${minute(one.startedAt)}, seen ${ago(one.secondsSinceSeen)}`;
    return `${one.release.padEnd(width)}  ${stateOf(one).padEnd(states)}  ${times}${on(one.database)}\n`;
  });
  return lines.join("");
}

function toJson(release: Known): unknown {
  const { database, fingerprint, startedAt, lastSeenAt, retiredAt, secondsSinceSeen: seconds, contract } = release;
  return {
    database,
    release: release.release,
    fingerprint,
    state: retiredAt === undefined ? "live" : "retired",
    started_at: startedAt,
    last_seen_at: lastSeenAt,
    retired_at: retiredAt ?? null,
    seconds_since_seen: seconds,
    tables: contract.tables,
  };
}

function minute(timestamp: string): string {
  return `${timestamp.slice(0, 16).replace("T", " ")} UTC`;
}

const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
] as const;

function ago(seconds: number): string {
  const unit = UNITS.find((one) => seconds >= one.seconds);
  return unit === undefined ? `${seconds} s ago` : `${Math.floor(seconds / unit.seconds)} ${unit.name} ago`;
}

function on(database: string): string {
  return database === "default" ? "" : ` on ${database}`;
}
