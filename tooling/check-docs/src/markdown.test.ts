import { expect, test } from "vitest";
import { readCommands, readFences, readLinks } from "./markdown.ts";

const page = `# Title

Run \`npm start\` and then \`npm run bench -- --all\`; \`config.port\` is no command.

\`\`\`sh
npm test        # everything
SHAPERAIL_PORT=4000 npm start
\`\`\`

\`\`\`ts run
const a = 1;
\`\`\`

See [there](docs/there.md#part), [here](#title) and [the web](https://example.com/x).
`;

test("fences come with language, flags, text and line", () => {
  expect(readFences(page)).toEqual([
    { language: "sh", flags: [], code: expect.stringContaining("npm test"), line: 5 },
    { language: "ts", flags: ["run"], code: "const a = 1;\n", line: 10 },
  ]);
});

test("commands are the lines of sh fences, without comments, and inline code that starts with a program", () => {
  expect(readCommands(page)).toEqual([
    "npm test",
    "SHAPERAIL_PORT=4000 npm start",
    "npm start",
    "npm run bench -- --all",
  ]);
});

test("links are the relative ones, without anchors", () => {
  expect(readLinks(page)).toEqual(["docs/there.md"]);
});
