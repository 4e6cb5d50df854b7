import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("prom-client is loaded with the first page, and not before", () => {
  const source = new URL("./index.ts", import.meta.url).href;
  const code = `
    import { registerHooks } from "node:module";
    let loaded = 0;
    registerHooks({ resolve: (name, context, next) => { if (name === "prom-client") loaded += 1; return next(name, context); } });
    const { createMetrics } = await import(${JSON.stringify(source)});
    const metrics = createMetrics();
    metrics.observeRequest({ method: "GET", path: "/x", status: 200, durationMs: 1 });
    const before = loaded;
    await metrics.render();
    console.log(JSON.stringify({ before, after: loaded }));
    process.exit();
  `;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "-e", code];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(JSON.parse(stdout)).toEqual({ before: 0, after: 1 });
});
