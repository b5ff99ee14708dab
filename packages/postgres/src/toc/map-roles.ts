import { quotedName } from '../session/quoted-name.ts';
import { type SqlToken, tokensOf } from './sql-tokens.ts';
import type { TocEntry } from './toc.ts';

/** Names of roles in a backup, each with the name of the role that takes its place. */
export type RoleMap = ReadonlyMap<string, string>;

/** For each kind of entry whose definition names roles: the words before a role. */
const BEFORE_ROLES: Readonly<Record<string, readonly string[]>> = {
  ACL: ['to', 'from', 'by', 'authorization'],
  'DEFAULT ACL': ['to', 'from', 'by', 'role', 'authorization'],
  POLICY: ['to'],
  'USER MAPPING': ['for'],
};

/** The conditions of a policy begin with these: what follows is an expression, which names no role as such. */
const EXPRESSION = new Set(['using', 'check']);

/** The entry with other owners, and with other roles in grants, policies and user mappings. Pure. */
export function mapEntryRoles<Entry extends Pick<TocEntry, 'description' | 'owner' | 'definition'>>(
  entry: Entry,
  roles: RoleMap,
): Entry {
  const owner = roles.get(entry.owner) ?? entry.owner;
  const tokens = BEFORE_ROLES[entry.description] === undefined ? [] : roleTokens(entry);
  let definition = entry.definition;
  for (const { value, begin, end } of tokens.toReversed()) {
    const name = roles.get(value);
    if (name !== undefined) definition = `${definition.slice(0, begin)}${quotedName(name)}${definition.slice(end)}`;
  }
  return { ...entry, owner, definition };
}

/** The roles that the definition of an entry names, without its owner. Pure. */
export function rolesNamedBy(entry: Pick<TocEntry, 'description' | 'definition'>): readonly string[] {
  return [...new Set(roleTokens(entry).map(({ value }) => value))];
}

/** Every list of roles is outside of parentheses; PUBLIC is no role. */
function roleTokens({ description, definition }: Pick<TocEntry, 'description' | 'definition'>): readonly SqlToken[] {
  const before = BEFORE_ROLES[description] ?? [];
  const found: SqlToken[] = [];
  let isList = false;
  let isNext = false;
  for (const token of tokensOf(definition)) {
    const isWord = token.kind === 'word' && token.depth === 0;
    if (isWord && description === 'POLICY' && EXPRESSION.has(token.value)) break;
    if (isList && isNext && isName(token)) {
      if (token.kind === 'name' || token.value !== 'public') found.push(token);
      isNext = false;
    } else if (isList && token.value === ',' && token.kind === 'sign') isNext = true;
    else {
      isList = isWord && before.includes(token.value);
      isNext = isList;
    }
  }
  return found;
}

function isName({ kind }: SqlToken): boolean {
  return kind === 'word' || kind === 'name';
}
