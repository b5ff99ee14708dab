import { HOST_NAMES, type HostFiles } from '@postgres-backuper/hosts';

/** What each host's folder declares about its files. */
export async function hostFiles(): Promise<readonly HostFiles[]> {
  const names = HOST_NAMES.filter((name) => name !== 'none');
  const modules = names.map(
    (name) => import(`../packages/hosts/src/${name}/files.ts`) as Promise<{ files: HostFiles }>,
  );
  return (await Promise.all(modules)).map(({ files }) => files);
}
