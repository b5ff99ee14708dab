import { HOST_NAMES, type HostFiles, type HostName } from '@postgres-backuper/hosts';

/** What each host's folder declares about its files. */
export async function hostFiles(): Promise<readonly (HostFiles & { readonly name: HostName })[]> {
  const names = HOST_NAMES.filter((name) => name !== 'none');
  const files = names.map(async (name) => {
    const module = (await import(`../packages/hosts/src/${name}/files.ts`)) as { readonly files: HostFiles };
    return { ...module.files, name };
  });
  return Promise.all(files);
}
