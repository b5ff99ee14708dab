/** A pattern of pg_dump as regular expressions of the server, each for a whole name. */
export interface NamePattern {
  /** Undefined if the pattern names no schema. */
  readonly schema: string | undefined;
  readonly name: string;
}

const SPECIAL = /[|*+?()[\]{}.^\\]/;

/**
 * Parses a pattern as psql and pg_dump do (PostgreSQL, psql, Patterns): outside double quotes letters are folded to
 * lower case, `*` and `?` are wildcards, and a dot separates; a database before the schema is ignored. Pure.
 */
export function parseNamePattern(pattern: string): NamePattern {
  const parts = [''];
  let isQuoted = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const next = pattern[at + 1];
    if (character === '"' && isQuoted && next === '"') {
      parts.push(`${parts.pop()}"`);
      at += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === '.' && !isQuoted) parts.push('');
    else parts.push(`${parts.pop()}${isQuoted ? quotedCharacter(character) : plainCharacter(character, next)}`);
  }
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return { schema: schema === undefined ? undefined : whole(schema), name: whole(name) };
}

function whole(expression: string): string {
  return `^(${expression})$`;
}

function quotedCharacter(character: string): string {
  return SPECIAL.test(character) || character === '$' ? `\\${character}` : character;
}

function plainCharacter(character: string, next: string | undefined): string {
  if (character === '*') return '.*';
  if (character === '?') return '.';
  if (character === '$') return '\\$';
  if (character === '[' && next === ']') return '\\['; // of an array's name
  return /[A-Z]/.test(character) ? character.toLowerCase() : character;
}
