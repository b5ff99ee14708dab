import { BACKUP } from './backup.ts';
import type { Group } from './case.ts';
import { COMPRESSION } from './compression.ts';
import { CORES } from './cores.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { GIANT } from './giant.ts';
import { INCREMENTAL } from './incremental.ts';
import { PARTS } from './parts.ts';
import { PARTS_SIMULATED } from './parts-simulated.ts';
import { PHYSICAL } from './physical.ts';
import { RESTORE, TABLE } from './restore.ts';
import { RESTORE_MANY } from './restore-many.ts';
import { SCALE } from './scale.ts';
import { SMALL } from './small.ts';
import { manyTables } from './tables.ts';
import { UNREAD } from './unread.ts';
import { VERIFY } from './verify.ts';

/** Everything that can be measured, in the order of the report. */
export const GROUPS: readonly Group[] = [
  BACKUP,
  ELSEWHERE,
  COMPRESSION,
  GIANT,
  RESTORE,
  TABLE,
  VERIFY,
  CORES,
  SMALL,
  manyTables(5000),
  manyTables(100_000),
  ...RESTORE_MANY,
  INCREMENTAL,
  UNREAD,
  PARTS,
  PARTS_SIMULATED,
  SCALE,
  PHYSICAL,
];

/**
 * The groups with only the cases that are named; a group's name stands for all of its cases, no name for everything
 * that is not long. A group's reference always comes along. Throws on a name that nothing has.
 */
export function selectGroups(names: readonly string[], groups: readonly Group[] = GROUPS): Group[] {
  const known = new Set(groups.flatMap((group) => [group.name, ...group.cases.map((each) => each.name)]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`no case '${unknown.join("', '")}': see --list`);
  if (names.length === 0) return groups.filter((group) => group.isLong !== true);
  return groups.flatMap((group) => {
    if (names.includes(group.name)) return [group];
    if (!group.cases.some((each) => names.includes(each.name))) return [];
    return [
      { ...group, cases: group.cases.filter((each) => each.name === group.reference || names.includes(each.name)) },
    ];
  });
}
