import type { ScriptPart, Token } from '../lexer/script-part.ts';
import { textOf } from '../lexer/setting.ts';
import { namedRoles } from './named-roles.ts';
import { createPlaceTracker } from './script-place.ts';

/** What a server needs to load one database of a script, and what the script says of its origin. */
export interface ScriptFacts {
  /** In the order of their names. */
  readonly roles: readonly string[];
  readonly tablespaces: readonly string[];
  readonly hasOwners: boolean;
  readonly hasPrivileges: boolean;
  /** The encoding of its text, as it names it; undefined: it names none. */
  readonly encoding: string | undefined;
  /** Of the server that pg_dump read, e.g. `9.6.24`; undefined: no such comment. */
  readonly serverVersion: string | undefined;
}

interface Collected {
  readonly roles: Set<string>;
  readonly tablespaces: Set<string>;
  hasOwners: boolean;
  hasPrivileges: boolean;
  encoding: string | undefined;
  serverVersion: string | undefined;
}

/** Collects the facts of each database of a script; those of `undefined` stand outside of the parts of pg_dumpall. */
export function createFactsCollector() {
  const place = createPlaceTracker();
  const all = new Map<string | undefined, Collected>();
  const collectedOf = (database: string | undefined): Collected => {
    const found = all.get(database) ?? nothing();
    all.set(database, found);
    return found;
  };
  return {
    look(part: ScriptPart): void {
      const { database } = place(part);
      if (part.kind === 'origin') collectedOf(database).serverVersion ??= versionOf(part.serverVersion);
      if (part.kind !== 'statement') return;
      const collected = collectedOf(database);
      collected.encoding = part.clientEncoding ?? collected.encoding;
      addHead(part.heads[0] ?? [], collected);
    },
    /** `database`: undefined for a file of one database, whose parts may have a name or none. */
    facts: (database: string | undefined): ScriptFacts =>
      merged(database === undefined ? [...all.values()] : [all.get(database) ?? nothing()]),
  };
}

function nothing(): Collected {
  return {
    ...{ roles: new Set<string>(), tablespaces: new Set<string>(), hasOwners: false, hasPrivileges: false },
    ...{ encoding: undefined, serverVersion: undefined },
  };
}

function addHead(head: readonly Token[], collected: Collected): void {
  for (const role of namedRoles(head)) collected.roles.add(role);
  const [verb, second, , value] = head;
  if (verb === 'alter' && head.some((word, at) => word === 'owner' && head[at + 1] === 'to'))
    collected.hasOwners = true;
  if (verb === 'grant' || verb === 'revoke') collected.hasPrivileges = true;
  if (verb === 'set' && second === 'default_tablespace') addTablespace(value, collected);
  const at = head.indexOf('tablespace');
  if (at > 1) addTablespace(head[at + 1], collected);
}

function addTablespace(token: Token | undefined, { tablespaces }: Collected): void {
  const name = textOf(token ?? '');
  if (/^["'a-z_\x80-\uffff]/i.test(token ?? '') && name !== '' && !name.startsWith('pg_')) tablespaces.add(name);
}

function merged(some: readonly Collected[]): ScriptFacts {
  const names = (of: 'roles' | 'tablespaces') => [...new Set(some.flatMap((one) => [...one[of]]))].sort();
  const first = <T>(values: readonly (T | undefined)[]): T | undefined => values.find((one) => one !== undefined);
  return {
    roles: names('roles'),
    tablespaces: names('tablespaces'),
    hasOwners: some.some((one) => one.hasOwners),
    hasPrivileges: some.some((one) => one.hasPrivileges),
    encoding: first(some.map((one) => one.encoding)),
    serverVersion: first(some.map((one) => one.serverVersion)),
  };
}

/** Without what a distribution adds: `9.6.24 (Debian …)`. */
function versionOf(text: string): string | undefined {
  return /^\d+(?:\.\d+)*(?:(?:devel|beta|rc)\d*)?/.exec(text)?.[0];
}
