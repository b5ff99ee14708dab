import { EXIT_STATUSES } from '@postgres-backuper/base';
import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';
import type { Measured } from './measured.ts';
import type { Sample } from './metric.ts';

/** Whether the run did for each name what it should: 1 or 0. Where it takes all names, also whether it did so in all. */
export function successes({ document, names }: Measured): readonly Sample[] {
  const { command, exit, databases = [] } = document;
  const isGood = exit === 0 || exit === EXIT_STATUSES.skipped;
  const told = ofResult(document, names);
  const known: readonly Success[] = told.length > 0 ? told : (names ?? databases).map((name) => [name, isGood]);
  const single = [...new Set(known.map(([name]) => name))].map((name) => {
    const isGoodOfAll = known.every(([one, isGoodOfOne]) => one !== name || isGoodOfOne);
    return sample(command, name, isGoodOfAll);
  });
  const isAll = names?.length === 0;
  return isAll || single.length === 0 ? [sample(command, undefined, isGood), ...single] : single;
}

type Success = readonly [name: string, isGood: boolean];

/** What the result says of single names. */
function ofResult(document: CommandDocument, names: Measured['names']): readonly Success[] {
  const { verified, pruned, statuses } = toldBy(document);
  return [
    ...ofBackups(document, names),
    ...verified.map(({ name, backups }): Success => [name, backups.every(({ ok }) => ok)]),
    ...pruned.map(({ name, refusals }): Success => [name, refusals.length === 0]),
    ...statuses.map(({ name, state }): Success => [name, state === 'ok']),
  ];
}

function ofBackups({ command, result, exit }: CommandDocument, names: Measured['names']): readonly Success[] {
  if ((command !== 'backup' && command !== 'import') || result === undefined) return [];
  const { backups, skipped, failures } = result;
  const only = names?.length === 1 ? names[0] : undefined; // an own name for the backups of a database
  const isWhole = exit === 0 || failures.length > 0; // a backup that lacks something, or is unusual
  return [
    ...backups.map(
      ({ name, destinations }): Success => [name, isWhole && destinations.every(({ committed }) => committed)],
    ),
    ...skipped.map((database): Success => [only ?? database, true]),
    ...failures.map(({ database }): Success => [only ?? database, false]),
  ];
}

function sample(command: string, name: string | undefined, isGood: boolean): Sample {
  return { labels: { command, ...(name === undefined ? {} : { name }) }, value: isGood ? 1 : 0 };
}
