import { databaseInUse } from '@postgres-backuper/postgres';
import type { Finding } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** The database that the restored one is to replace. Pure. */
export function judgeReplaced({ request }: Wanted, { replaced, role }: TargetFacts): readonly Finding[] {
  const { replaces } = request;
  if (replaces === undefined || replaced === undefined) return [];
  const { name, disconnect } = replaces;
  if (!replaced.exists) {
    const what = `database '${name}' does not exist: there is nothing to replace`;
    return [{ kind: 'database', severity: 'blocks', code: 'database-missing', what, solution: 'restore without it' }];
  }
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
  return findings;
}
