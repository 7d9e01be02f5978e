// The connection objects that hold sockets, by the storage of one object of their class: nothing else can tell which of
// them there are.

/** The name of the object that knows. */
export const DIRECTORY = 'directory';

const OPEN = 'open/';

/** What the object of that name is asked for. */
export interface Directory {
  /** The object with this id holds sockets from now on. */
  enlist(id: string): Promise<void>;
  /** It holds none any more. */
  delist(id: string): Promise<void>;
  /** The ids of all that do. */
  enlisted(): Promise<readonly string[]>;
}

export function directoryOf(storage: DurableObjectStorage): Directory {
  return {
    enlist: (id) => storage.put(OPEN + id, true),
    async delist(id) {
      await storage.delete(OPEN + id);
    },
    enlisted: async () =>
      [...(await storage.list({ prefix: OPEN })).keys()].map((key) => key.slice(OPEN.length)),
  };
}
