import { bytesOfText } from '@postgres-backuper/format';

const MADE = Symbol('made here');

/**
 * SQL for a session: a whole statement or a part. Only this file makes it, from templates in the source and from values
 * of a named kind; a string is not Sql. It never holds a backslash or a control character, so psql finds no command of
 * its own and no second line in it, whatever a value holds.
 */
export interface Sql {
  readonly [MADE]: Buffer;
}

/**
 * sql`ALTER DATABASE ${identifier(name)} …`: line breaks of the template become blanks. Templates hold no backslash and
 * no comment.
 */
export function sql(fixed: TemplateStringsArray, ...values: readonly Sql[]): Sql {
  return made(
    fixed.flatMap((text, index) => [
      fromSource(text),
      ...(values[index] === undefined ? [] : [bytesOf(values[index])]),
    ]),
  );
}

/** The parts with `separator` between them. */
export function joined(parts: readonly Sql[], separator: Sql = sql`, `): Sql {
  return made(parts.flatMap((part, index) => (index === 0 ? [bytesOf(part)] : [bytesOf(separator), bytesOf(part)])));
}

/** A quoted name. Bytes are in the encoding of the session; text is UTF-8, or bytes as textOfBytes writes them. */
export function identifier(name: string | Buffer): Sql {
  return quoted(name, '"');
}

/**
 * A string constant; bytes as for `identifier`. Needs standard_conforming_strings only if it holds a backslash or a
 * control character.
 */
export function literal(text: string | Buffer): Sql {
  return quoted(text, "'");
}

/** The body of a DO: in dollar quotes, or as a string constant where it holds a `$`. */
export function body(statements: Sql): Sql {
  const text = bytesOf(statements);
  return text.includes('$') ? literal(text) : sql`$$ ${statements} $$`;
}

/** A whole number, or the digits of one too large for `number`. Throws for anything else: a programming error. */
export function wholeNumber(value: number | string): Sql {
  if (!/^-?\d+$/.test(String(value))) throw new Error('no whole number');
  return made([Buffer.from(String(value))]);
}

/** A word of SQL chosen by a value. Throws for a word that is not in `allowed`: a programming error. */
export function keyword<const Word extends string>(value: Word, allowed: readonly Word[]): Sql {
  if (!allowed.includes(value) || !/^[A-Za-z]+( [A-Za-z]+)*$/.test(value))
    throw new Error('no word of SQL that is allowed here');
  return made([Buffer.from(value)]);
}

/** As it is sent. */
export function bytesOf(statement: Sql): Buffer {
  return statement[MADE];
}

/** For people. */
export function textOf(statement: Sql): string {
  return bytesOf(statement).toString('utf8');
}

function made(parts: readonly Buffer[]): Sql {
  return { [MADE]: Buffer.concat(parts) };
}

function fromSource(text: string): Buffer {
  if (/\\|--|\/\*/.test(text)) throw new Error(`a template holds a backslash or a comment: ${text}`);
  return Buffer.from(text.replace(/\s*\n\s*/g, ' '));
}

/** Not `\`: psql reads a backslash outside of quotes as a command. */
const ESCAPE = '!';

/** Names and strings are bytes: in every server encoding those below 0x80 are ASCII. */
function quoted(value: string | Buffer, quote: '"' | "'"): Sql {
  const text = (typeof value === 'string' ? bytesOfText(value) : value).toString('latin1');
  const inside = text.replaceAll(quote, quote + quote);
  const isPlain = !/[\\\0-\x1f\x7f]/.test(inside);
  const sent = isPlain ? `${quote}${inside}${quote}` : `U&${quote}${escaped(inside)}${quote} UESCAPE '${ESCAPE}'`;
  return made([Buffer.from(sent, 'latin1')]);
}

function escaped(text: string): string {
  const code = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
  return text.replaceAll(ESCAPE, ESCAPE + ESCAPE).replace(/[\\\0-\x1f\x7f]/g, (character) => ESCAPE + code(character));
}
