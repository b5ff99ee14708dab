import { say } from '@postgres-backuper/base';
import { type Finding, listed } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

const ELSE = `restore everything into the default one with ${say.option('noTablespaces')}`;

/** Tablespaces that are missing, or in which the role may not create objects. Pure. */
export function judgeTablespaces({ tablespaces }: Wanted, facts: TargetFacts): readonly Finding[] {
  const missing = tablespaces.filter((name) => !facts.tablespaces.has(name));
  const refused = tablespaces.filter((name) => facts.tablespaces.get(name) === false);
  const blocking = { kind: 'tablespace', severity: 'blocks', code: 'tablespace-missing' } as const;
  const findings: Finding[] = [];
  if (missing.length > 0) {
    const what = `the server lacks the tablespaces of the backup: ${listed(missing)}`;
    findings.push({ ...blocking, what, solution: `create them first (CREATE TABLESPACE), or ${ELSE}`, names: missing });
  }
  if (refused.length > 0) {
    const what = `the role may not use the tablespaces of the backup: ${listed(refused)}`;
    findings.push({ ...blocking, what, solution: `grant it CREATE on them, or ${ELSE}`, names: refused });
  }
  return findings;
}
