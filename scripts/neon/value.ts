// A column's value in Postgres' text format -> the JSON that Neon's proxy makes of it when a client does not ask for raw text.

/** Type ids of pg_type.dat that are not strings in JSON. */
const BOOL = 16;
const NUMBERS: ReadonlySet<number> = new Set([21, 23, 700, 701]);
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802]);
/** Arrays of built-in types whose elements matter, or may be quoted: type id of the array to the element's. */
const ARRAYS: ReadonlyMap<number, number> = new Map([
  [1000, BOOL],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1231, 1700],
  [199, 114],
  [3807, 3802],
  [2951, 2950],
  [1182, 1082],
  [1115, 1114],
  [1185, 1184],
]);

/** JSON text of a value. int8 and numeric stay strings, as JavaScript would round them. */
export function typedValueJson(text: string, typeId: number): string {
  return JSON.stringify(typedValue(text, typeId));
}

function typedValue(text: string, typeId: number): unknown {
  if (typeId === BOOL) return text === 't';
  if (NUMBERS.has(typeId)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : text;
  }
  if (JSON_TYPES.has(typeId)) return JSON.parse(text) as unknown;
  const element = ARRAYS.get(typeId);
  return element === undefined ? text : arrayValue(text, element);
}

/** `{1,NULL,"a,b",{…}}` as nested arrays. Bounds in front (`[2:3]=`) are dropped, as JSON has no place for them. */
function arrayValue(text: string, elementType: number): unknown {
  let position = text.indexOf('{');
  const readArray = (): unknown[] => {
    const items: unknown[] = [];
    position += 1;
    while (text[position] !== '}') {
      if (text[position] === '{') items.push(readArray());
      else if (text[position] === '"') items.push(typedValue(readQuoted(), elementType));
      else items.push(readBare());
      if (text[position] === ',') position += 1;
    }
    position += 1;
    return items;
  };
  const readQuoted = (): string => {
    let value = '';
    for (position += 1; text[position] !== '"'; position += 1) {
      if (text[position] === '\\') position += 1;
      value += text[position];
    }
    position += 1;
    return value;
  };
  const readBare = (): unknown => {
    const start = position;
    while (text[position] !== ',' && text[position] !== '}') position += 1;
    const value = text.slice(start, position);
    return value === 'NULL' ? null : typedValue(value, elementType);
  };
  return readArray();
}
