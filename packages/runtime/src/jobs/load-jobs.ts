import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { JobDefinition, JobOptions } from "@shaperail/jobs";
import { toError } from "@shaperail/core";
import { RuntimeError } from "../errors.ts";
import { findModule, importModule, type LoadedModule } from "../load-functions.ts";
import type { Project } from "../load-project.ts";
import { namedHooks, namedJobs, type NamedFunction } from "./job-names.ts";

/** Folder of the files with jobs, below the root. */
export const JOBS_FOLDER = "jobs";
/** Folder of the files with hooks. */
const HOOKS_FOLDER = "hooks";

/** What a hook is called with: the event, and what a job has as its context. */
export type Hook = JobDefinition["handle"];

/**
 * Imports `jobs/<name>.ts` of every job the project names, and the other files of the folder, which controllers may name. A file whose name
 * starts with `_` or `.`, or ends in `.test.ts`, is left alone.
 *
 * A file exports `handle(payload, context)`, and may export `options`: what `defineJob` of `@shaperail/jobs` takes besides.
 *
 * @throws RuntimeError `RUNTIME_JOB_MISSING`, `RUNTIME_JOB_INVALID` or `RUNTIME_MODULE_FAILED`, with the file and the name
 */
export async function loadJobs(project: Project): Promise<readonly JobDefinition[]> {
  const folder = join(project.directory, JOBS_FOLDER);
  const named = namedJobs(project);
  const names = new Set([...named.map(({ name }) => name), ...(await stemsOf(folder))]);
  const { defineJob } = await import("@shaperail/jobs");
  const jobs: JobDefinition[] = [];
  for (const name of names) {
    const place = { folder: JOBS_FOLDER, name, where: named.find((one) => one.name === name)?.where };
    const module = await load(project, place);
    const { options = {} } = module;
    if (typeof options !== "object" || options === null) throw invalid(place, "exports `options` that are no object");
    try {
      jobs.push(defineJob({ ...(options as Partial<JobOptions<unknown>>), name, handle: handleOf(module, place) }));
    } catch (error) {
      throw error instanceof RuntimeError ? error : invalid(place, `cannot be used: ${toError(error).message}`, error);
    }
  }
  return jobs;
}

/** Imports `hooks/<name>.ts` of every hook that a subscriber names. @throws RuntimeError as {@link loadJobs} */
export async function loadHooks(project: Project): Promise<ReadonlyMap<string, Hook>> {
  const hooks = new Map<string, Hook>();
  for (const { name, where } of namedHooks(project)) {
    const place = { folder: HOOKS_FOLDER, name, where };
    hooks.set(name, handleOf(await load(project, place), place));
  }
  return hooks;
}

interface Place extends Partial<NamedFunction> {
  readonly folder: string;
  readonly name: string;
}

async function load({ directory }: Project, place: Place): Promise<LoadedModule> {
  const { folder, name, where } = place;
  // A name is a file, and must not lead out of the folder.
  const module = /^[A-Za-z0-9][\w.-]*$/.test(name) ? await importModule(join(directory, folder), name) : undefined;
  if (module !== undefined) return module;
  throw new RuntimeError(
    `The ${folder.slice(0, -1)} \`${name}\`${where === undefined ? "" : `, which ${where} names,`} does not exist.`,
    {
      code: "RUNTIME_JOB_MISSING",
      hint: `Write ${folder}/${name}.ts with \`export async function handle(payload, context)\`, or correct the name.`,
      details: { name, folder },
    },
  );
}

function handleOf(module: LoadedModule, place: Place): Hook {
  const { handle } = module;
  if (typeof handle !== "function") throw invalid(place, "exports no function `handle`");
  return handle as Hook;
}

function invalid({ folder, name }: Place, what: string, cause?: unknown): RuntimeError {
  return new RuntimeError(`${folder}/${name} ${what}.`, {
    code: "RUNTIME_JOB_INVALID",
    hint: "Export `handle(payload, context)` and, if need be, `options`; a file that is no job has a name that starts with `_`.",
    details: { name, folder },
    cause,
  });
}

const FILE = /^([A-Za-z0-9][\w.-]*)\.m?[jt]s$/;

async function stemsOf(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  const stems = files
    .filter((file) => !/\.(?:test|spec|d)\.m?[jt]s$/.test(file))
    .flatMap((file) => FILE.exec(file)?.[1] ?? []);
  const found = await Promise.all(
    stems.map(async (stem) => ((await findModule(folder, stem)) === undefined ? [] : [stem])),
  );
  return found.flat().toSorted();
}
