import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { CHROMIUM_FLAGS, ensureChromium } from "@shaperail/test-services";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOpenApiDocument } from "../document/create-document.ts";
import { renderOpenApi } from "../document/render.ts";
import { blog } from "../fixtures.test-kit.ts";
import { docsPage } from "./docs-page.ts";

const document = renderOpenApi(createOpenApiDocument({ resources: blog(), title: "Blog" }), "json");
// More digits than a JavaScript number has, and text that must not become markup.
const answer =
  '{"data":[{"id":"a","title":"<img src=x onerror=alert(1)>","views":9007199254740993}],"meta":{"cursor":null,"has_more":false}}';

// To look at; not part of the repository.
const SCREENSHOTS = fileURLToPath(new URL("../../.shaperail/screenshots", import.meta.url));

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

const seen: Seen[] = [];
let server: Server;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  const { path, contentType, contentSecurityPolicy } = docsPage();
  const answerRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/docs") {
      response.writeHead(200, { "Content-Type": contentType, "Content-Security-Policy": contentSecurityPolicy });
      createReadStream(path).pipe(response);
    } else if (request.url === "/openapi.json") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(document);
    } else {
      const { method, url, headers } = request;
      seen.push({ method, url, authorization: headers.authorization, body: await bodyOf(request) });
      response.writeHead(200, { "Content-Type": "application/json", "X-Request-Id": "r-1" }).end(answer);
    }
  };
  server = createServer((request, response) => void answerRequest(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: ensureChromium(), args: [...CHROMIUM_FLAGS] });
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs `use` on an open page, and fails when the page reported an error or a blocked resource. */
async function withPage(use: (page: Page) => Promise<void>, colorScheme: "light" | "dark" = "light"): Promise<void> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  try {
    await page.goto(`${origin}/docs`);
    await page.locator("#posts_list").waitFor();
    await use(page);
    expect(problems).toEqual([]);
  } finally {
    await page.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

test("every operation of the document is listed under its tag", async () => {
  await withPage(async (page) => {
    const listed = await page.locator(".op").evaluateAll((nodes) => nodes.map(({ id }) => id));
    const described = Object.values(createOpenApiDocument({ resources: blog(), title: "Blog" }).paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(listed)).toEqual(new Set(described));
    expect(await page.title()).toBe("Blog");
  });
});

test("a request is sent with its parameters and token, and the answer is shown without rounding or running anything", async () => {
  seen.length = 0;
  await withPage(async (page) => {
    await page.getByLabel("Bearer token").fill("secret");
    const operation = page.locator("#posts_list");
    await operation.locator("summary").first().click();
    await operation.getByLabel("filter[status]").selectOption("published");
    await operation.getByLabel("sort").fill("-created_at,views");
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.locator(".status", { hasText: "200" }).last().waitFor();
    const shown = await operation.getByRole("status").innerText();
    expect(shown).toContain("200 OK");
    expect(shown).toContain("x-request-id: r-1");
    expect(shown).toContain('"views": 9007199254740993');
    expect(shown).toContain("<img src=x onerror=alert(1)>");
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: `${SCREENSHOTS}/docs-light.png`, fullPage: true });
  });
  const query = "filter%5Bstatus%5D=published&sort=-created_at%2Cviews";
  expect(seen).toEqual([{ method: "GET", url: `/v1/posts?${query}`, authorization: "Bearer secret", body: "" }]);
});

test("a body starts as an example of its schema and is sent as it was written", async () => {
  seen.length = 0;
  await withPage(async (page) => {
    const operation = page.locator("#posts_create");
    await operation.locator("summary").first().click();
    const body = operation.getByLabel("Body");
    expect(JSON.parse(await body.inputValue())).toMatchObject({ title: "text", status: "draft", views: 0, tags: [] });
    await body.fill('{"title":"Hello","views":9007199254740993}');
    await operation.getByRole("button", { name: "Send" }).click();
    await operation.getByText("200 OK").waitFor();
  });
  expect(seen).toMatchObject([
    { method: "POST", url: "/v1/posts", body: '{"title":"Hello","views":9007199254740993}' },
  ]);
});

test("the page can be used with the keyboard alone, and filtered", async () => {
  await withPage(async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("delete bulk");
    await expect.poll(() => page.locator(".op:visible").count()).toBe(1);
    await page.locator("#posts_bulk_delete > summary").focus();
    await page.keyboard.press("Enter");
    await page.locator("#posts_bulk_delete").getByRole("button", { name: "Send" }).focus();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Send");
  });
}, 60_000);

test("the dark page has dark colours", async () => {
  await withPage(async (page) => {
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(background).toBe("rgb(18, 22, 29)");
    await page.locator("#posts_create > summary").click();
    await page.screenshot({ path: `${SCREENSHOTS}/docs-dark.png`, fullPage: true });
  }, "dark");
});
