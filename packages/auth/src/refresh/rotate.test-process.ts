import { openSqlClient } from "@shaperail/test-services";
import { createSessions } from "./sessions.ts";

// A process of its own: uses one refresh token many times at once and prints what it got.
const [url = "", token = "", times = "1"] = process.argv.slice(2);
await using database = openSqlClient(url);
await using sessions = createSessions({ runner: database, refreshExpirySeconds: 3_600, accessExpirySeconds: 60 });
const rotated = await Promise.all(Array.from({ length: Number(times) }, () => sessions.rotate(token)));
process.stdout.write(JSON.stringify(rotated.map(({ refreshToken }) => refreshToken)));
