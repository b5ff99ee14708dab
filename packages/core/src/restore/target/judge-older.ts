import { say } from '@postgres-backuper/base';
import { fitEntries, fittedTexts } from '../older/fit-entries.ts';
import { type Finding, listed } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/**
 * A server that is older than that of the backup, or lacks what it was not built with: what is known to be lost. Other
 * things may be refused as well. Pure.
 */
export function judgeOlder(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  const { unknown } = fitEntries(wanted.entries, facts);
  const refused = unknown.filter(({ becomes }) => becomes === undefined);
  return [
    ...tooOld(wanted, facts),
    ...refused.map(({ what, names }): Finding => {
      const text = `the server does not know ${what}: ${listed(names)}`;
      return { kind: 'version', severity: 'missing', what: text, names };
    }),
    ...fittedTexts(unknown).map((what): Finding => ({ kind: 'version', severity: 'note', what })),
    ...methods(wanted, facts),
  ];
}

/** A server with an existing database, which is not refused: what is loaded there exists, or nothing is loaded. Pure. */
export function noteOlder({ catalog }: Pick<Wanted, 'catalog'>, facts: Server): readonly Finding[] {
  if (!isOlder(catalog, facts)) return [];
  const what = `${olderText(catalog, facts)}: it refuses values and definitions that it does not know`;
  return [{ kind: 'server', severity: 'note', what }];
}

type Server = Pick<TargetFacts, 'serverMajor' | 'serverVersion'>;

function isOlder({ dump }: Wanted['catalog'], { serverMajor }: Server): boolean {
  return serverMajor < Number.parseInt(dump.serverVersion, 10);
}

function olderText({ dump }: Wanted['catalog'], { serverVersion }: Server): string {
  return `the server (${serverVersion}) is older than that of the backup (${dump.serverVersion})`;
}

function tooOld({ request, catalog }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (!isOlder(catalog, facts)) return [];
  const dumped = Number.parseInt(catalog.dump.serverVersion, 10);
  const what = `${olderText(catalog, facts)}: what it does not know cannot be restored`;
  const solution = `restore to PostgreSQL ${dumped} or newer`;
  if (request.toOlder === true) return [{ kind: 'server', severity: 'note', what, solution }];
  const anyway = `${solution}, or give ${say.option('toOlder')} to restore what it knows`;
  return [{ kind: 'server', severity: 'blocks', code: 'server-older', what, solution: anyway }];
}

/** An extension of the backup may bring them, also one that the list of extensions does not show to bring any. */
function methods({ entries, extensions }: Wanted, { accessMethods }: TargetFacts): readonly Finding[] {
  const made = entries.filter(({ description }) => description === 'ACCESS METHOD').map(({ tag }) => tag);
  const known = new Set([...accessMethods, ...made, '']);
  const using = entries.filter(({ accessMethod = '' }) => !known.has(accessMethod));
  if (using.length === 0) return [];
  const names = [...new Set(using.map(({ accessMethod }) => accessMethod))];
  const what = `tables need access methods that the server does not have: ${listed(names)}`;
  const mayCome = extensions.some(({ name }) => name !== 'plpgsql');
  const solution = mayCome
    ? 'nothing, if an extension of the backup makes them; else install it'
    : 'install the extension that makes them: without it the rows of these tables are not restored';
  return [{ kind: 'version', severity: mayCome ? 'note' : 'missing', what, solution, names }];
}
