// Which poller object has a group.

/** The object's name: `default/0`. */
export function pollerName(source: string, shard: number): string {
  return `${source}/${shard}`;
}

/** The name of the object that has a group of a source, of the `shards` it has. `group` is hexadecimal. */
export function pollerOf(source: string, group: string, shards: number): string {
  return pollerName(source, Number.parseInt(group.slice(0, 8), 16) % shards);
}
