/** The interactive page: where it lies and how it must be sent. */
export interface DocsPage {
  /** The HTML file. It is read per request and never kept: nobody looks at it most of the time. */
  readonly path: URL;
  readonly contentType: "text/html; charset=utf-8";
  /** Value of `Content-Security-Policy` that the page needs, and the least that it works with. */
  readonly contentSecurityPolicy: string;
}

// Over the text between the tags; the test recomputes both, so a changed page cannot be released with an old hash.
const SCRIPT_HASH = "sha256-uwrg7KYNdHz67YkF2Zat7V/7Z1DbSoMgaf8z7a5QWQs=";
const STYLE_HASH = "sha256-8uQFgOer/Wi7Pg4lY+UxdeyjoGclsYgb6rMeqH3c/fw=";

const POLICY: readonly string[] = [
  "default-src 'none'",
  `script-src '${SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  // The document and the requests that a reader tries.
  "connect-src 'self'",
  // The empty icon, which keeps browsers from asking for /favicon.ico.
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/**
 * The page for `/docs`. It loads nothing but `openapi.json`, relative to its own address, and sends the requests that a
 * reader tries to the same origin.
 */
export function docsPage(): DocsPage {
  return {
    path: new URL("../../page/docs.html", import.meta.url),
    contentType: "text/html; charset=utf-8",
    contentSecurityPolicy: POLICY.join("; "),
  };
}
