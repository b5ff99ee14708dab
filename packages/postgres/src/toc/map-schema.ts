import { quotedName } from '../session/quoted-name.ts';
import { type SqlToken, tokensOf } from './sql-tokens.ts';

export interface SchemaMove {
  readonly from: string;
  readonly to: string;
  /** The relations of `from` that are moved. */
  readonly names: ReadonlySet<string>;
}

export interface NamedObject {
  readonly schema: string;
  readonly name: string;
}

export interface MappedDefinition {
  readonly definition: string;
  /** What it names besides the moved relations: types, functions, relations. */
  readonly others: readonly NamedObject[];
}

/**
 * The definition with another schema for moved relations: where they are named with their schema, as pg_dump always
 * does, and in constants of type regclass. Other strings and comments stay. Pure.
 */
export function mapSchema(definition: string, move: SchemaMove): MappedDefinition {
  const others: NamedObject[] = [];
  let text = definition;
  for (const { schema, name, begin, end, write } of namesIn(definition).toReversed()) {
    if (schema !== move.from || !move.names.has(name)) others.push({ schema, name });
    else text = `${text.slice(0, begin)}${write(move.to)}${text.slice(end)}`;
  }
  return { definition: text, others: others.toReversed() };
}

interface Found extends NamedObject {
  /** Of the part that another schema takes the place of. */
  readonly begin: number;
  readonly end: number;
  write(schema: string): string;
}

function namesIn(text: string): readonly Found[] {
  const tokens = tokensOf(text);
  const found: Found[] = [];
  for (const [index, token] of tokens.entries()) {
    const one = isName(token) ? qualified(tokens, index) : regclass(text, tokens, index);
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** `schema.name`, not the middle of `a.schema.name`. */
function qualified(tokens: readonly SqlToken[], index: number): Found | undefined {
  const [schema, dot, name] = tokens.slice(index, index + 3);
  if (schema === undefined || !isSign(dot, '.') || name === undefined || !isName(name)) return undefined;
  if (isSign(tokens[index - 1], '.')) return undefined;
  return { schema: schema.value, name: name.value, begin: schema.begin, end: schema.end, write: quotedName };
}

/** `'schema.name'::regclass` */
function regclass(text: string, tokens: readonly SqlToken[], index: number): Found | undefined {
  const [constant, colon, second, type] = tokens.slice(index, index + 4);
  if (constant?.kind !== 'string' || !isSign(colon, ':') || !isSign(second, ':') || type?.value !== 'regclass')
    return undefined;
  const written = text.slice(constant.begin, constant.end);
  if (!/^'[\s\S]*'$/.test(written)) return undefined;
  const inside = written.slice(1, -1).replaceAll("''", "'");
  const [one] = namesIn(inside);
  if (one === undefined) return undefined;
  const write = (schema: string): string => {
    const moved = `${inside.slice(0, one.begin)}${quotedName(schema)}${inside.slice(one.end)}`;
    return `'${moved.replaceAll("'", "''")}'`;
  };
  return { schema: one.schema, name: one.name, begin: constant.begin, end: constant.end, write };
}

function isName({ kind }: SqlToken): boolean {
  return kind === 'word' || kind === 'name';
}

function isSign(token: SqlToken | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.value === sign;
}
