import { type SqlToken, tokensOf } from '../toc/sql-tokens.ts';

/** A role in globals.sql, as pg_dumpall writes it. */
export interface GlobalRole {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** A hash, as the server stores it. */
  readonly password: string | undefined;
  readonly validUntil: string | undefined;
  /** Rights beyond its database: `SUPERUSER`, `CREATEDB`, … */
  readonly powers: readonly string[];
  readonly memberOf: readonly Membership[];
}

export interface Membership {
  readonly role: string;
  readonly admin: boolean;
  /** Undefined: as the role is made; written since PostgreSQL 16. */
  readonly inherit: boolean | undefined;
  readonly set: boolean | undefined;
}

const POWERS = ['superuser', 'createrole', 'createdb', 'replication', 'bypassrls'];

type Changing = { -readonly [Field in keyof GlobalRole]: GlobalRole[Field] };

/** The roles that a globals.sql creates, with their attributes and memberships. Pure; what it does not know is passed over. */
export function readGlobalRoles(text: string): readonly GlobalRole[] {
  const roles = new Map<string, Changing>();
  for (const statement of statementsOf(text)) {
    const [first, second, third] = statement;
    if (first === undefined || second === undefined || third === undefined) continue;
    const command = `${wordOf(first)} ${wordOf(second)}`;
    if (command === 'create role') roles.set(third.value, newRole(third.value));
    else if (command === 'alter role' && isWord(statement[3], 'with'))
      alter(roles.get(third.value), statement.slice(4));
    else if (wordOf(first) === 'grant' && isWord(third, 'to')) grant(roles, statement);
  }
  return [...roles.values()];
}

function newRole(name: string): Changing {
  const plain = { login: false, inherit: true, connectionLimit: -1, password: undefined, validUntil: undefined };
  return { name, ...plain, powers: [], memberOf: [] };
}

/** `NOSUPERUSER INHERIT LOGIN CONNECTION LIMIT 5 PASSWORD '…' VALID UNTIL '…'` */
function alter(role: Changing | undefined, words: readonly SqlToken[]): void {
  if (role === undefined) return;
  for (const [at, token] of words.entries()) {
    const next = words[at + 1];
    const word = wordOf(token);
    if (word === 'login') role.login = true;
    if (word === 'noinherit') role.inherit = false;
    if (word === 'limit') role.connectionLimit = Number(next?.value ?? -1);
    if (word === 'password') role.password = textOf(next);
    if (word === 'until') role.validUntil = textOf(next);
    if (POWERS.includes(word)) role.powers = [...role.powers, word.toUpperCase()];
  }
}

/** `GRANT a TO b WITH ADMIN OPTION, INHERIT FALSE GRANTED BY c` */
function grant(roles: ReadonlyMap<string, Changing>, statement: readonly SqlToken[]): void {
  const [, of, , member, ...options] = statement;
  const role = roles.get(member?.value ?? '');
  if (role === undefined || of === undefined) return;
  const valueAfter = (name: string): string | undefined => {
    const at = options.findIndex((token) => isWord(token, name));
    return at < 0 ? undefined : options[at + 1]?.value;
  };
  const flag = (name: string): boolean | undefined => {
    const value = valueAfter(name);
    return value === undefined ? undefined : value !== 'false';
  };
  const membership = { role: of.value, admin: flag('admin') ?? false, inherit: flag('inherit'), set: flag('set') };
  role.memberOf = [...role.memberOf, membership];
}

function* statementsOf(text: string): Generator<readonly SqlToken[]> {
  let statement: SqlToken[] = [];
  for (const token of tokensOf(text)) {
    if (token.kind !== 'sign' || token.value !== ';') statement.push(token);
    else {
      yield statement;
      statement = [];
    }
  }
}

/** '' for anything but a word. */
function wordOf({ kind, value }: SqlToken): string {
  return kind === 'word' ? value : '';
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token !== undefined && wordOf(token) === word;
}

function textOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'string' && token.value.startsWith("'")
    ? token.value.slice(1, -1).replaceAll("''", "'")
    : undefined;
}
