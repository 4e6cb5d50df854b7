import { expect, test } from "vitest";
import { type Credentials, readCredentials } from "./credentials.ts";

test.each<{ authorization?: string; key?: string; credentials: Credentials | undefined }>([
  { authorization: "Bearer abc", credentials: { kind: "token", token: "abc" } },
  { authorization: "BEARER   abc", credentials: { kind: "token", token: "abc" } },
  { authorization: "Bearer", credentials: { kind: "token", token: "" } },
  { authorization: "Bearer a b", credentials: { kind: "token", token: "a b" } },
  { authorization: "Bearer abc", key: "sk", credentials: { kind: "token", token: "abc" } },
  { authorization: "Basic abc", key: "sk", credentials: { kind: "api_key", key: "sk" } },
  { key: "sk", credentials: { kind: "api_key", key: "sk" } },
  { key: "", credentials: { kind: "api_key", key: "" } },
  { authorization: "Bearerabc", credentials: undefined },
  { authorization: "Basic abc", credentials: undefined },
  { authorization: "", credentials: undefined },
  { credentials: undefined },
])("Authorization $authorization and X-API-Key $key are $credentials", ({ authorization, key, credentials }) => {
  expect(readCredentials({ authorization, "x-api-key": key })).toEqual(credentials);
});
