// Names of tables, functions and sources -> names of files and folders: the ones Hasura's CLI uses where that is safe,
// and never the same one twice.

/** What file systems refuse, what would lead into another folder, and what an include cannot name. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001F\u007F/\\:*?"<>|]|\p{Surrogate}|^[.\s]|[.\s]$/gu;

/** File systems end names at 255 bytes, and some text is four bytes a letter. */
const MAX_LETTERS = 60;

/** Gives each name of one folder its file; names that differ in case only are kept apart, as disks may not see it. */
export function createFileNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    const safe = shortened(name.replaceAll(UNSAFE, '_'));
    let file = safe;
    for (let count = 2; file === '' || taken.has(file.toLowerCase()); count++) file = `${safe}_${count}`;
    taken.add(file.toLowerCase());
    return file;
  };
}

/** Postgres' own names, two of 63 bytes, always fit. */
function shortened(name: string): string {
  return new TextEncoder().encode(name).length <= 200
    ? name
    : Array.from(name).slice(0, MAX_LETTERS).join('');
}
