import { readdir } from 'node:fs/promises';
import { verify } from '@postgres-backuper/core';
import type { Postgres } from '@postgres-backuper/testing';
import { type End, untilGone } from '../bad-input/harness.ts';
import { silent } from './golden-set.ts';
import { direct, labelsOf, type Parts, repositoryOf, run, WORDS } from './network-parts.ts';
import type { Command, Row } from './network-table.ts';
import { stateOfCopy } from './shop.ts';

export interface Ended {
  readonly row: Row;
  readonly prefix: string;
  readonly command: Command;
  readonly end: End;
  /** Labels that there were, oldest first. */
  readonly before: readonly string[];
}

/** Every promise that a command broke which met a fault. */
export async function judge(parts: Parts, ended: Ended): Promise<string[]> {
  const { row, command, end } = ended;
  return [
    ...judgeEnd(parts, end, row.exits[command] ?? []),
    ...(await judgeLeftOvers(parts)),
    ...(await judgeRepository(parts, ended)),
    ...(command === 'restore' ? await judgeCopy(parts.server, end) : []),
  ];
}

/** Status, secrets, and whether it ended as it should: with a sentence, not with a defect. */
function judgeEnd({ server, minio }: Parts, { status, stdout, stderr }: End, right: readonly number[]): string[] {
  const said = stdout + stderr;
  return [
    ...(right.includes(status ?? -1) ? [] : [`exit ${status} instead of ${right.join(' or ')}`]),
    ...([server.password, minio.secretKey].some((secret) => said.includes(secret)) ? ['a secret is shown'] : []),
    ...(/^\s+at .*:\d+:\d+|this is a defect/m.test(said) ? ['a defect'] : []),
  ];
}

async function judgeLeftOvers({ workplace }: Parts): Promise<string[]> {
  const stuck = await untilGone(workplace).then(
    () => [],
    (error: Error) => [error.message],
  );
  const left = await readdir(workplace.tempDir);
  return [...stuck, ...left.map((name) => `the folder ${name} is left`)];
}

/** What was there is there and whole, what counts is whole, and nothing good was condemned. */
async function judgeRepository(parts: Parts, { prefix, command, end, before }: Ended): Promise<string[]> {
  const after = await labelsOf(parts, prefix);
  const made = after.length - before.length;
  const lost = before.filter((label, index) => !after.includes(label) && !(command === 'prune' && index === 0));
  const repository = repositoryOf(parts, prefix);
  const condemned: string[] = [];
  for await (const { key } of repository.storage.list('shop/records/'))
    if (/verify-\w+-failed/.test(key)) condemned.push(key);
  const whole = await verify({ name: 'shop', target: { all: true }, level: 'content' }, { repository }, silent).then(
    () => [],
    (error: Error) => [`not whole: ${error.message}`],
  );
  return [
    ...lost.map((label) => `${label} is lost`),
    ...(command === 'backup' && end.status === 0 && made !== 1 ? [`${made} backups after exit 0`] : []),
    ...(command !== 'backup' && made > 0 ? [`${made} backups more`] : []),
    ...(end.status === 3 ? [] : condemned.map((key) => `condemned: ${key}`)),
    ...whole,
    ...(command === 'prune' ? await judgeNextPrune(parts, prefix, before) : []),
  ];
}

async function judgeNextPrune(parts: Parts, prefix: string, before: readonly string[]): Promise<string[]> {
  const { status, stderr } = await run(parts, WORDS.prune, direct(parts, prefix));
  const after = await labelsOf(parts, prefix);
  if (status === 0 && after.length === 1 && after[0] === before.at(-1)) return [];
  return [`the next prune ends with ${status} and leaves ${after}: ${stderr}`];
}

async function judgeCopy(server: Postgres, { status }: End): Promise<string[]> {
  const state = await stateOfCopy(server);
  const isRight = status === 0 ? state === 'whole' : /^(absent|unfinished|whole)$/.test(state);
  return isRight ? [] : [`the restored database is ${state}`];
}
