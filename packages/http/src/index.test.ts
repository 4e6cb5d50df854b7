import { expect, test } from "vitest";
import * as http from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(http).toSorted()).toEqual([
    "HttpError",
    "HttpServerError",
    "createClientAddress",
    "createExpressBase",
    "createHttpApp",
    "createHttpServer",
    "isExactNumber",
    "parseJson",
    "readBody",
    "readJson",
    "send",
    "sendError",
    "sendJson",
    "signalOf",
    "toExactNumber",
    "toExpressHandler",
  ]);
});
