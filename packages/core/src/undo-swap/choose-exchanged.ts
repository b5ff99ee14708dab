import { BackuperError, say } from '@postgres-backuper/base';
import { type ExchangedDatabase, exchangedName, exchangedOf, nextNumber } from '../restore/replaced-names.ts';

/** Which database gets the name. */
export interface ChosenExchange {
  readonly next: string;
  /** New name of the database that has it; undefined: none has it. */
  readonly aside: string | undefined;
}

/**
 * The database that the last restore replaced, or one that is named. Pure. Errors: nothing-to-undo, also where the last
 * exchange was undone already: whoever tries again must not go back further.
 */
export function chooseExchanged(
  { name, database }: { readonly name: string; readonly database?: string | undefined },
  databases: readonly string[],
): ChosenExchange {
  const exchanged = exchangedOf(name, databases);
  const exists = databases.includes(name);
  const next = database === undefined ? lastReplaced(name, { exchanged, exists }) : named(name, database, exchanged);
  return { next, aside: exists ? asideName(name, databases, exchanged) : undefined };
}

function lastReplaced(
  name: string,
  { exchanged, exists }: { readonly exchanged: readonly ExchangedDatabase[]; readonly exists: boolean },
): string {
  const [last] = exchanged;
  if (last === undefined) {
    const text = `no database is there that a restore replaced as '${name}': nothing replaced it, or the old one was dropped`;
    throw new BackuperError('nothing-to-undo', text, { hint: 'list the databases of the server (psql --list)' });
  }
  if (last.kind === 'restored' && exists) {
    const text = `'${name}' has its old database back already: the restored one is '${last.database}'`;
    const hint = `to exchange it once more, name the database that is to become '${name}': ${namesOf(exchanged)}`;
    throw new BackuperError('nothing-to-undo', text, { hint });
  }
  return (exchanged.find(({ kind }) => kind === 'before') ?? last).database;
}

function named(name: string, database: string, exchanged: readonly ExchangedDatabase[]): string {
  if (exchanged.some((one) => one.database === database)) return database;
  const text = `'${database}' is no database that once was '${name}'`;
  const hint =
    exchanged.length === 0
      ? `none is there; ${say.command('undo-swap')} exchanges no others`
      : `name one of these: ${namesOf(exchanged)}`;
  throw new BackuperError('nothing-to-undo', text, { hint });
}

/** What the database is that has the name now: the opposite of the one that was exchanged last. */
function asideName(
  name: string,
  databases: readonly string[],
  [last]: readonly ExchangedDatabase[],
): string | undefined {
  if (last === undefined) return undefined;
  const kind = last.kind === 'before' ? 'restored' : 'before';
  return exchangedName(name, { kind, label: last.label, number: nextNumber(name, databases) });
}

function namesOf(exchanged: readonly ExchangedDatabase[]): string {
  return exchanged.map(({ database }) => `'${database}'`).join(', ');
}
