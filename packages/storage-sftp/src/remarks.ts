import type { Remark } from '@postgres-backuper/repository';
import type { Session } from './session.ts';

/** Weaknesses of a repository on this server. */
export async function serverRemarks(session: Session, base: string): Promise<readonly Remark[]> {
  const { mode } = await session.stat(base);
  return [
    ...((mode & 0o022) === 0
      ? []
      : [
          {
            text: `other accounts of the server can write to '${base}' (mode ${(mode & 0o7777).toString(8)})`,
            hint: `chmod 700 '${base}' on the server`,
          },
        ]),
    ...(session.offers('fsync')
      ? []
      : [
          {
            text: 'the server has no fsync: what it stored last is lost if its power fails',
            hint: 'use a server that offers fsync@openssh.com, or a second repository',
          },
        ]),
    ...(session.offers('hardlink')
      ? []
      : [
          {
            text: 'the server has no hard links: whether it overwrites depends on how it renames files',
            hint: 'use a server that offers hardlink@openssh.com on a file system with hard links',
          },
        ]),
  ];
}
