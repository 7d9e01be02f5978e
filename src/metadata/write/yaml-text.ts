// Plain data -> YAML as Hasura's CLI writes it: two spaces, lists indented below their key, quotes only where they are
// needed, texts of several lines as literal blocks.
import { Document, Pair, Scalar, YAMLMap, YAMLSeq, type Node, type ToStringOptions } from 'yaml';

import { isMapping } from '../schema/common.ts';

/** How the CLI's files look, whoever makes the nodes. */
export const LAYOUT: ToStringOptions = {
  indent: 2,
  indentSeq: true,
  lineWidth: 0,
  blockQuote: 'literal',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
};

const TARGET = Symbol('include');

/** Stands for the content of another file, written as `"!include path"`. */
export interface IncludeText {
  readonly [TARGET]: string;
}

export function includeText(path: string): IncludeText {
  return { [TARGET]: path };
}

/** The data as a YAML file, a line break at its end. */
export function yamlText(value: unknown): string {
  const document = new Document();
  document.contents = yamlNode(value);
  return document.toString(LAYOUT);
}

/** The data as nodes whose scalars have the style the CLI gives them. */
export function yamlNode(value: unknown): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq<Node>();
    list.items = value.map(yamlNode);
    return list;
  }
  if (isMapping(value)) {
    if (TARGET in value) return styled(`!include ${String(value[TARGET])}`, Scalar.QUOTE_DOUBLE);
    const mapping = new YAMLMap<Node, Node>();
    mapping.items = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => new Pair(yamlKey(key), yamlNode(item)));
    return mapping;
  }
  return typeof value === 'string' ? styled(value, styleOf(value)) : new Scalar(value);
}

/** A key as a node: never of several lines. */
export function yamlKey(key: string): Scalar<string> {
  return styled(key, key.includes('\n') ? Scalar.QUOTE_DOUBLE : styleOf(key));
}

function styled(value: string, type: Scalar.Type): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.type = type;
  return scalar;
}

/** What YAML 1.1 and 1.2 read as something else than a text: the CLI's YAML knows both. */
const OTHER_TYPES: readonly RegExp[] = [
  /^(?:|~|<<|null|Null|NULL)$/,
  /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/,
  // Whole numbers of any base, underscores and colons between the digits included.
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?)$/,
  /^[-+]?(?:\.[0-9_]+|[0-9][0-9_]*\.?[0-9_]*)(?:[eE][-+]?[0-9]+)?$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/,
];

/** Control characters, tabs among them, and the line ends that only Unicode knows: these need escapes. */
// oxlint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]|\p{Surrogate}/u;

/** Characters and places where a text without quotes would mean something else in YAML. */
const NOT_PLAIN = /^[ #,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|^---|^\.\.\.|: |:$| #| $/;

function styleOf(text: string): Scalar.Type {
  if (NEEDS_ESCAPE.test(text)) return Scalar.QUOTE_DOUBLE;
  // In quotes it would be the content of a file; the reader takes a block for what it says.
  if (text.startsWith('!include ')) return Scalar.BLOCK_LITERAL;
  if (text.includes('\n')) {
    // A literal block cannot show spaces at the end of a line, nor a text of nothing but line breaks.
    const isBlock = !/ (?:\n|$)/.test(text) && /[^\n]/.test(text);
    return isBlock ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
  }
  if (OTHER_TYPES.some((pattern) => pattern.test(text))) return Scalar.QUOTE_DOUBLE;
  return NOT_PLAIN.test(text) ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
}
