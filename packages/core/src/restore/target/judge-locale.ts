import { say } from '@postgres-backuper/base';
import type { Finding } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

const BLOCKS = { severity: 'blocks', code: 'restore-failed' } as const;
const ELSEWHERE = 'restore to a server of the same or a newer version';

/** Encoding, locale and its provider of a database that the restore creates. Pure. */
export function judgeLocale({ request, catalog: { database } }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (request.given === true) return [];
  const findings: Finding[] = [];
  if (!facts.knowsEncoding) {
    const what = unknown(`the encoding '${database.encoding}'`);
    findings.push({ kind: 'encoding', ...BLOCKS, what, solution: ELSEWHERE });
  }
  const provider = database.localeProvider;
  const since = provider === 'icu' ? 15 : provider === 'builtin' ? 17 : 0;
  if (facts.serverMajor < since) {
    const what = unknown(`the locale provider '${provider}' (PostgreSQL ${since} and newer)`);
    const solution = `${ELSEWHERE}, or give the new database another one with ${say.option('localeProvider')}`;
    findings.push({ kind: 'locale', ...BLOCKS, what, solution });
  } else if (provider === 'icu' && !facts.knowsIcu) {
    const what = unknown(`the locale provider 'icu': it was built without it`);
    findings.push({
      kind: 'locale',
      ...BLOCKS,
      what,
      solution: `give the new database another one with ${say.option('localeProvider')}`,
    });
  }
  if (facts.localeProblem !== undefined) {
    const locales = [...new Set([database.collate, database.ctype])].map((name) => `'${name}'`).join(' or ');
    const what = `${unknown(`the locale ${locales}`)}: it said '${facts.localeProblem}'`;
    const solution = `add it to the server's operating system (locale-gen, glibc-langpack) and restart the server, or give the new database another one with ${say.option('locale')}`;
    findings.push({ kind: 'locale', ...BLOCKS, what, solution });
  }
  return findings;
}

function unknown(what: string): string {
  return `the server does not know ${what} of the original database`;
}
