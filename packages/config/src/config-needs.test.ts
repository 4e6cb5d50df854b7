import { describe, expect, test } from "vitest";
import { type ConfigNeeds, type Environment, leadsNowhere, parseConfig, type ParsedConfig } from "./parse-config.ts";
import type { Secret } from "./secret.ts";

/** The secret of a project that signs its own tokens. */
function secretOf(config: ParsedConfig["config"]): Secret | undefined {
  return config?.auth?.algorithm === "HS256" ? config.auth.secret : undefined;
}

describe("what the caller does not use need not be set", () => {
  const text = `project: x
databases: { default: { engine: postgres, url: "\${MAIN_URL}" } }
cache: { type: redis, url: "\${CACHE_URL}" }
auth: { provider: jwt, secret_env: SIGNING_KEY, expiry: 1h }
`;
  const read = (needs: ConfigNeeds, env: Environment = {}): ParsedConfig =>
    parseConfig(text, { file: "f", needs, env: { NODE_ENV: "production", ...env } });

  test("without `needs` everything has to be", () => {
    expect(read("everything").missingVariables).toEqual(["MAIN_URL", "CACHE_URL", "SIGNING_KEY"]);
  });

  test("for the databases no secret has to be, nor a cache; a secret that is not there cannot be revealed", () => {
    expect(read("databases").missingVariables).toEqual(["MAIN_URL"]);
    const { config } = read("databases", { MAIN_URL: "postgres://h/d", SIGNING_KEY: " " });
    expect(config).toMatchObject({ cache: undefined, auth: { secretEnv: "SIGNING_KEY" } });
    expect(() => secretOf(config)?.reveal()).toThrow("SIGNING_KEY");
    expect(JSON.stringify(secretOf(config))).toBe('"***"');
  });

  test("for nothing no URL has to be; what is set stays as it is", () => {
    const { config, diagnostics } = read("nothing", { CACHE_URL: "redis://cache", SIGNING_KEY: "short" });
    expect(diagnostics).toEqual([]);
    const { url = "" } = config?.databases.default ?? {};
    expect(url).toBe("postgresql://main-url.is.not.set/app");
    expect([leadsNowhere(url), leadsNowhere("postgresql://localhost/app"), leadsNowhere("")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(config?.cache?.url).toBe("redis://cache");
    expect(secretOf(config)?.reveal()).toBe("short");
  });

  test("a mistake stays a mistake", () => {
    const { diagnostics } = parseConfig(`${text}port: none\n`, { file: "f", needs: "nothing", env: {} });
    expect(diagnostics.map(({ code }) => code)).toEqual(["CONFIG_WRONG_TYPE"]);
  });
});
