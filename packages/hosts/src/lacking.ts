import { numberOf } from '@postgres-backuper/base';
import type { RestoreResult } from '@postgres-backuper/core';
import type { CommandDocument } from './host.ts';

type NotRestored = RestoreResult['objects'][number];

/** Something that a restore did not bring back as it was. Texts may hold any character. */
export interface Lacking {
  /** `FK CONSTRAINT public c c_i_fkey` */
  readonly what: string;
  /** `missing` */
  readonly how: string;
  readonly why: string;
}

const HOW: Readonly<Record<NotRestored['lack'], string>> = {
  missing: 'missing',
  'not-populated': 'there, without rows',
  'not-valid': 'there for new rows, NOT VALID for the old ones',
  owner: 'there, with another owner',
  setting: 'not set',
};
const ORDER = Object.keys(HOW);

/** Tables without their rows, assertions that failed, then objects, the worst first. */
export function lackingIn({
  notLoaded,
  objects,
  assertions,
}: Pick<RestoreResult, 'notLoaded' | 'objects' | 'assertions'>): readonly Lacking[] {
  const tables = notLoaded.map(({ schema, table, expectedRows, reason }) => ({
    ...{ what: `TABLE DATA ${schema} ${table}`, how: `${numberOf(expectedRows, 'row')} missing`, why: reason },
  }));
  return [...tables.sort(byWhat), ...unmetIn(assertions), ...lackingObjects(objects)];
}

/** Assertions that failed. */
export function unmetIn(assertions: RestoreResult['assertions']): readonly Lacking[] {
  const unmet = assertions.filter(({ ok }) => !ok);
  return unmet.map(({ name, detail }) => ({ what: assertionName(name), how: 'failed', why: detail }));
}

/** How many assertions are met, as a line for people; '' without any. */
export function metText(assertions: RestoreResult['assertions']): string {
  if (assertions.length === 0) return '';
  const met = assertions.filter(({ ok }) => ok).length;
  return `${met} of ${numberOf(assertions.length, 'assertion')} met\n`;
}

/** As a test. */
export function assertionName(name: string): string {
  return `assertion ${name}`;
}

/** Objects, the worst first. */
export function lackingObjects(objects: readonly NotRestored[]): readonly Lacking[] {
  const ofLack = (lack: string) =>
    objects
      .filter((one) => one.lack === lack)
      .map(({ object, reason }) => ({ what: object, how: HOW[lack as NotRestored['lack']], why: reason }));
  return ORDER.flatMap((lack) => ofLack(lack).sort(byWhat));
}

function byWhat(a: Lacking, b: Lacking): number {
  return a.what < b.what ? -1 : 1;
}

/** What the restore of a document did not bring back. */
export function lackingOf({ command, result }: CommandDocument): readonly Lacking[] {
  return command === 'restore' && result !== undefined && 'objects' in result ? lackingIn(result) : [];
}

export function lackingText({ what, how, why }: Lacking): string {
  return `${what} (${how}): ${why}`;
}
