import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";

/**
 * Runs Redis commands one after another and returns the first line of the last answer, without its type mark.
 *
 * Enough to ask whether a server is up and to clean up behind a test; not a client.
 */
export function redisCall(url: string, commands: readonly (readonly string[])[]): Promise<string> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const address = { host: hostname, port: Number(port || 6379) };
  const database = pathname.slice(1);
  const credentials = [username, password].filter((part) => part !== "").map(decodeURIComponent);
  const all = [
    ...(credentials.length > 0 ? [["AUTH", ...credentials]] : []),
    ...(database === "" ? [] : [["SELECT", database]]),
    ...commands,
  ];
  return new Promise((resolve, reject) => {
    const socket = protocol === "rediss:" ? connectTls({ ...address, servername: hostname }) : connectTcp(address);
    let answer = "";
    socket.setEncoding("utf8").setTimeout(5_000, () => socket.destroy(new Error("Redis did not answer in 5 s.")));
    socket.once("error", reject);
    socket.on("data", (chunk: string) => {
      answer += chunk;
      const lines = answer.split("\r\n").slice(0, -1);
      const failure = lines.find((line) => line.startsWith("-"));
      if (failure === undefined && lines.length < all.length) return;
      socket.destroy();
      if (failure === undefined) resolve((lines.at(-1) ?? "").slice(1));
      else reject(new Error(`Redis answered: ${failure.slice(1)}`));
    });
    socket.once("close", () => reject(new Error("Redis closed the connection.")));
    socket.write(all.map(encode).join(""));
  });
}

/** One command in the protocol's form: an array of length-prefixed strings. */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}
