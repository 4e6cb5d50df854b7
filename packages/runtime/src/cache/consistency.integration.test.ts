import { startRedis } from "@shaperail/test-services";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { RunningProject } from "../running-project.test-kit.ts";
import { create, migrated, type Post, startInstance } from "./cached-project.test-kit.ts";

/**
 * How long another instance may still give the old answer with a near cache, in milliseconds: it is told in a few; the rest is for a
 * machine that has other work.
 */
const BOUND_MS = 1_000;

interface Step {
  readonly instance: 0 | 1;
  readonly row: 0 | 1;
  readonly does: "get" | "list" | "update" | "pause";
  /** Whether the next step waits for this one. */
  readonly alone: boolean;
}

const step = fc.record<Step>({
  instance: fc.constantFrom(0, 1),
  row: fc.constantFrom(0, 1),
  does: fc.constantFrom("get", "get", "list", "list", "update", "pause"),
  alone: fc.boolean(),
});

/** What of one row is known to whoever writes and reads. */
interface Model {
  /** Raised by every write when it is sent; it is the title. */
  sent: number;
  /** The newest write that each instance has acknowledged, and when. */
  readonly acknowledged: [{ version: number; at: number }, { version: number; at: number }];
}

interface World {
  readonly instances: readonly [RunningProject, RunningProject];
  readonly ids: readonly [string, string];
  readonly models: readonly [Model, Model];
  readonly isNear: boolean;
}

const newModel = (): Model => ({
  sent: 0,
  acknowledged: [
    { version: 0, at: 0 },
    { version: 0, at: 0 },
  ],
});

/** The oldest version that a read which begins now at the instance may give. */
function oldestAllowed({ acknowledged }: Model, instance: 0 | 1, isNear: boolean): number {
  const [own, other] = [acknowledged[instance], acknowledged[instance === 0 ? 1 : 0]];
  const mayLag = isNear && performance.now() - other.at < BOUND_MS;
  return Math.max(own.version, mayLag ? 0 : other.version);
}

/** Takes a step; rejects when an answer is older than it may be. */
async function take({ instance, row, does }: Step, world: World): Promise<void> {
  if (does === "pause") await new Promise((resolve) => setTimeout(resolve, 5));
  else if (does === "update") await write(world, { instance, row });
  else await read(world, { instance, row, does });
}

async function write(world: World, { instance, row }: Pick<Step, "instance" | "row">): Promise<void> {
  const model = world.models[row];
  const version = (model.sent += 1);
  const title = String(version);
  const path = `/v1/posts/${world.ids[row]}`;
  const { status } = await world.instances[instance].call(path, { method: "PATCH", body: { title } });
  if (status !== 200) throw new Error(`The write of ${title} was answered ${status}.`);
  model.acknowledged[instance] = { version, at: performance.now() };
}

async function read(world: World, { instance, row, does }: Pick<Step, "instance" | "row" | "does">): Promise<void> {
  const project = world.instances[instance];
  const id = world.ids[row];
  const oldest = oldestAllowed(world.models[row], instance, world.isNear);
  const found = does === "get" ? await get(project, `/v1/posts/${id}`) : await find(project, id);
  if (!(found >= oldest))
    throw new Error(`Instance ${instance} gave version ${found} after ${oldest} was acknowledged.`);
}

const get = async (project: RunningProject, path: string): Promise<number> =>
  Number((await project.call<Post>(path)).json.data.title);
const find = async (project: RunningProject, id: string): Promise<number> => {
  const { json } = await project.call<Post[]>("/v1/posts");
  return Number(json.data.find((post) => post.id === id)?.title);
};

describe.each([{ isNear: false }, { isNear: true }])("two instances, each with a near cache: $isNear", ({ isNear }) => {
  test("after an acknowledged write the writer never gives the old row, and the other not beyond the bound", async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const options = { databaseUrl: await migrated(), redisUrl: server.url, near: isNear };
    const instances = [await startInstance(options), await startInstance(options)] as const;
    const ids = [await create(instances[0], "0"), await create(instances[0], "0")] as const;
    for (const project of instances) {
      await vi.waitFor(async () => expect((await project.call("/v1/posts")).headers.get("x-cache")).toBe("HIT"));
    }
    let hits = 0;
    const models = [newModel(), newModel()] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = { instances, ids, models, isNear };
        // Writes of one row do not overtake each other, or nobody could say which is the last.
        const written = [Promise.resolve(), Promise.resolve()];
        let under: Promise<void>[] = [];
        const inTurn = async (next: Step, before: Promise<void> | undefined): Promise<void> => {
          await before;
          await take(next, world);
        };
        for (const next of steps) {
          const isWrite = next.does === "update";
          const taken = inTurn(next, isWrite ? written[next.row] : undefined);
          if (isWrite) written[next.row] = taken;
          under.push(taken);
          if (next.alone) {
            await Promise.all(under);
            under = [];
          }
        }
        await Promise.all(under);
        if ((await instances[1].call("/v1/posts")).headers.get("x-cache") === "HIT") hits += 1;
      }),
      { numRuns: 60, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
    );
    expect(hits).toBeGreaterThan(0);
  }, 60_000);
});

test("a near cache gives hits without Redis, and hears of a write on the other instance", async () => {
  const server = await startRedis();
  onTestFinished(() => server.close());
  const options = { databaseUrl: await migrated(), redisUrl: server.url, near: true };
  const [one, other] = [await startInstance(options), await startInstance(options)];
  const id = await create(one, "old");
  const title = async (project: RunningProject) => (await project.call<Post>(`/v1/posts/${id}`)).json.data.title;
  for (const project of [one, other]) {
    await vi.waitFor(async () => expect((await project.call(`/v1/posts/${id}`)).headers.get("x-cache")).toBe("HIT"));
  }
  for (let version = 1; version <= 20; version += 1) {
    await title(other);
    await one.call(`/v1/posts/${id}`, { method: "PATCH", body: { title: String(version) } });
    expect(await title(one)).toBe(String(version));
    await vi.waitFor(async () => expect(await title(other)).toBe(String(version)), { timeout: BOUND_MS, interval: 1 });
  }
});
