import type { Finding } from './finding.ts';
import { judgeExtensions } from './judge-extensions.ts';
import { judgeGiven } from './judge-given.ts';
import { judgeLocale } from './judge-locale.ts';
import { judgeObjects } from './judge-objects.ts';
import { judgeOlder } from './judge-older.ts';
import { judgeReplaced } from './judge-replaced.ts';
import { judgeRoles } from './judge-roles.ts';
import { judgeServer } from './judge-server.ts';
import { judgeSettings } from './judge-settings.ts';
import { judgeSize } from './judge-size.ts';
import { judgeSpace } from './judge-space.ts';
import { judgeTablespaces } from './judge-tablespaces.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** The first finding that blocks decides the code of the restore's error. */
const JUDGES: readonly ((wanted: Wanted, facts: TargetFacts) => readonly Finding[])[] = [
  judgeServer,
  judgeOlder,
  judgeGiven,
  judgeReplaced,
  judgeRoles,
  judgeTablespaces,
  judgeExtensions,
  judgeLocale,
  judgeSettings,
  judgeObjects,
  judgeSize,
  judgeSpace,
];

/** Everything known before the first change, what blocks first. Pure. */
export function judge(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  const rank = ({ severity }: Finding): number => ['blocks', 'missing', 'note'].indexOf(severity);
  return JUDGES.flatMap((one) => one(wanted, facts)).sort((a, b) => rank(a) - rank(b));
}
