export function open_vault(): unknown {
  return "open";
}
