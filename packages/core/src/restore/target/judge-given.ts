import { numberOf, say } from '@postgres-backuper/base';
import type { GivenDatabase } from '@postgres-backuper/postgres';
import type { Finding } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** A database that exists: that it is empty, and what it is not like the original. Pure. */
export function judgeGiven(wanted: Wanted, { given }: TargetFacts): readonly Finding[] {
  if (given === undefined) return [];
  return [
    ...content(wanted, given),
    ...judgeEncoding(wanted, given.properties.encoding),
    ...locale(wanted, given),
    ...schemas(wanted, given),
    ...resuming(wanted, given),
  ];
}

function content({ request }: Wanted, { objects, objectCount, isInterrupted }: GivenDatabase): readonly Finding[] {
  if (objectCount === 0 || request.resume === true) return [];
  const more = objectCount > objects.length ? ` and ${objectCount - objects.length} more` : '';
  const what = `database '${request.database}' is not empty, it holds ${numberOf(objectCount, 'object')}: ${objects.join(', ')}${more}`;
  const resume = `they are of a restore that did not end: continue with ${say.option('resume')}, or drop them`;
  const solution = isInterrupted ? resume : 'give an empty database: what exists is never overwritten';
  return [{ kind: 'database', severity: 'blocks', code: 'database-not-empty', what, solution }];
}

/** UTF8 holds the characters of every encoding that has characters. */
const WITHOUT_CHARACTERS = new Set(['SQL_ASCII', 'MULE_INTERNAL']);

/** Whether a database that has the encoding `to` holds what the backup does. Pure. */
export function judgeEncoding({ request, catalog: { database } }: Wanted, to: string): readonly Finding[] {
  const from = database.encoding;
  if (from === to) return [];
  const what = `database '${request.database}' has the encoding ${to}, the original had ${from}`;
  if (to === 'UTF8' && !WITHOUT_CHARACTERS.has(from)) return [{ kind: 'encoding', severity: 'note', what }];
  const solution = `give a database with the encoding ${from}: ${to} cannot hold all that ${from} can`;
  return [{ kind: 'encoding', severity: 'blocks', code: 'restore-failed', what, solution }];
}

function locale({ request, catalog: { database } }: Wanted, { properties }: GivenDatabase): readonly Finding[] {
  const [original, given] = [database, properties].map(({ localeProvider, locale, collate, ctype }) =>
    [localeProvider, ...new Set([locale ?? collate, collate, ctype])].join(' '),
  );
  if (original === given) return [];
  const what = `database '${request.database}' has the locale '${given}', the original had '${original}': text may be sorted otherwise`;
  return [{ kind: 'locale', severity: 'note', what }];
}

function schemas({ request, entries }: Wanted, given: GivenDatabase): readonly Finding[] {
  const findings: Finding[] = [];
  const where = `in database '${request.database}'`;
  const inPublic = entries.some(({ schema }) => schema === 'public');
  if (inPublic && !given.hasPublic) {
    const what = `the backup has objects of the schema public, which does not exist ${where}`;
    findings.push({ kind: 'database', severity: 'blocks', code: 'restore-failed', what, solution: 'create it first' });
  } else if (inPublic && !given.usesPublic) {
    const what = `the role may not create objects in the schema public ${where}`;
    const solution = 'let its owner run GRANT CREATE ON SCHEMA public TO … first';
    findings.push({ kind: 'privilege', severity: 'blocks', code: 'privilege-missing', what, solution });
  }
  const made = entries.filter(({ description, tag }) => description === 'SCHEMA' && tag !== 'public');
  if (made.length > 0 && !given.createsSchemas) {
    const names = made.map(({ tag }) => tag);
    const what = `the role may not create schemas ${where}: what is in ${names.map((name) => `'${name}'`).join(', ')} will be missing`;
    const solution = 'let the owner of the database run GRANT CREATE ON DATABASE … TO … first';
    findings.push({ kind: 'privilege', severity: 'missing', what, solution, names });
  }
  return findings;
}

function resuming({ request }: Wanted, { createsSchemas }: GivenDatabase): readonly Finding[] {
  if (createsSchemas) return [];
  const what = `without the right to create a schema in database '${request.database}' an interrupted restore cannot be continued with ${say.option('resume')}`;
  return [{ kind: 'privilege', severity: 'note', what }];
}
