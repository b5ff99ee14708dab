import type { Toc } from '@postgres-backuper/postgres';
import type { DumpTexts } from './copy-session.ts';
import type { OpenedBackup } from './opened-backup.ts';

/** The archive says how its string constants are to be read: a database may have turned the standard off. Pure. */
export function dumpTexts({ catalog }: OpenedBackup, { entries }: Toc): DumpTexts {
  const strings = entries.find(({ description }) => description === 'STDSTRINGS')?.definition ?? '';
  return { encoding: catalog.dump.encoding, standardStrings: !/'off'/.test(strings) };
}
