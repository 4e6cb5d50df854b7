import type { HandlerContext } from "@shaperail/rest";

export function publish_sample({ input, path_params: { id } }: HandlerContext): unknown {
  return { id, ...input };
}

export function adjust_sample({ input }: HandlerContext): unknown {
  return input;
}

export function forget_sample({ path_params: { id, reason } }: HandlerContext): unknown {
  return { id, reason };
}

export function touch_sample(): undefined {
  return undefined;
}

export function sample_stats({ path_params: { year, month }, query }: HandlerContext): unknown {
  return { year, month, parameters: [...query.keys()] };
}
