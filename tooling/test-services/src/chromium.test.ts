import { expect, test } from "vitest";
import { CHROMIUM_MISSING, ensureChromium } from "./chromium.ts";

const nothing = { configured: undefined, which: () => undefined, install: () => false };

test("the configured browser is used, whatever else there is", () => {
  expect(ensureChromium({ ...nothing, configured: "/opt/chrome", which: () => "/usr/bin/chromium" })).toBe(
    "/opt/chrome",
  );
});

test("a browser on the PATH is found under any of its names", () => {
  const which = (name: string): string | undefined => (name === "google-chrome" ? "/usr/bin/google-chrome" : undefined);
  expect(ensureChromium({ ...nothing, which })).toBe("/usr/bin/google-chrome");
});

test("a missing browser is installed where that is possible", () => {
  let installed = false;
  const probes = {
    configured: undefined,
    which: () => (installed ? "/usr/bin/chromium" : undefined),
    install: () => (installed = true),
  };
  expect(ensureChromium(probes)).toBe("/usr/bin/chromium");
});

test("without a browser and without a way to install one, the error says what to do", () => {
  expect(() => ensureChromium(nothing)).toThrow(CHROMIUM_MISSING);
});
