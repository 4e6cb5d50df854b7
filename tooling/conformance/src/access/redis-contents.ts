import { openRedis } from "@shaperail/cache";

const EVERYTHING = `local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  local value = kind == 'string' and redis.call('GET', key) or kind == 'hash' and table.concat(redis.call('HGETALL', key), ' ')
    or kind == 'zset' and table.concat(redis.call('ZRANGE', key, 0, -1), ' ') or kind == 'set' and table.concat(redis.call('SMEMBERS', key), ' ')
    or kind == 'list' and table.concat(redis.call('LRANGE', key, 0, -1), ' ') or ('unread ' .. kind)
  table.insert(all, key .. ' = ' .. value)
end
return all`;

/** Every key of a Redis with its value. */
export async function redisContents(url: string): Promise<readonly string[]> {
  await using redis = openRedis({ url });
  await redis.connect();
  return (await redis.client.eval(EVERYTHING, 0)) as string[];
}
