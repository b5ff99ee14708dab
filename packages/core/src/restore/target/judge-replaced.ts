import { say } from '@postgres-backuper/base';
import { databaseInUse } from '@postgres-backuper/postgres';
import { exchangedOf } from '../replaced-names.ts';
import type { Finding } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** The database that the restored one is to replace. Pure. */
export function judgeReplaced(wanted: Wanted, { replaced, role }: TargetFacts): readonly Finding[] {
  const { replaces } = wanted.request;
  if (replaces === undefined || replaced === undefined) return [];
  const { name, disconnect } = replaces;
  if (!replaced.exists) return [missing(name, replaced.databases)];
  const findings: Finding[] = [];
  if (!replaced.isOwned) {
    const what = `role '${role}' may not rename database '${name}', since it has not the rights of its owner`;
    const solution = 'restore as its owner, or as a superuser';
    findings.push({ kind: 'privilege', severity: 'blocks', code: 'privilege-missing', what, solution });
  }
  if (replaced.sessions.length > 0 && !disconnect) {
    const { code, message: what, hint: solution } = databaseInUse(name, replaced.sessions);
    findings.push({ kind: 'database', severity: 'blocks', code, what, solution });
  }
  return [...findings, ...dropped(wanted)];
}

/** Perhaps only the first half of an exchange was done by hand. */
function missing(name: string, databases: readonly string[]): Finding {
  const [last] = exchangedOf(name, databases);
  const what = `database '${name}' does not exist: there is nothing to replace`;
  const back = `run ${say.command('undo-swap', {}, [name])}, which gives '${last?.database}' that name back`;
  const solution = last === undefined ? `restore with ${say.option('into', name)} instead` : back;
  return { kind: 'database', severity: 'blocks', code: 'database-missing', what, solution };
}

/** The old database may be dropped only if the new one lacks nothing of it. */
function dropped({ request, catalog }: Wanted): readonly Finding[] {
  if (request.replaces?.dropOld !== true) return [];
  const parts = [
    ...catalog.exclusions.map((exclusion) => `the backup was made without a part (${exclusion})`),
    ...((request.excludeExtensions ?? []).length > 0 ? [`${say.option('excludeExtension')} leaves rows out`] : []),
    ...(request.toOlder === true ? [`${say.option('toOlder')} leaves out what an older server does not know`] : []),
    ...LEFT_OUT.filter((part) => request[part] === false).map((part) => `the restore leaves ${TEXTS[part]} out`),
  ];
  if (parts.length === 0) return [];
  const what = `the replaced database cannot be dropped, since the new one may lack what it has: ${parts.join('; ')}`;
  const solution = `leave ${say.option('dropOld')} out, look at both databases, then drop the old one`;
  return [{ kind: 'database', severity: 'blocks', code: 'configuration-invalid', what, solution }];
}

const LEFT_OUT = ['policies', 'eventTriggers', 'publications', 'subscriptions'] as const;
const TEXTS: Readonly<Record<(typeof LEFT_OUT)[number], string>> = {
  policies: 'policies',
  eventTriggers: 'event triggers',
  publications: 'publications',
  subscriptions: 'subscriptions',
};
