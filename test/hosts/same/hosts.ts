import { HOST_NAMES, type HostName } from '@postgres-backuper/hosts';
import type { HostUnderTest } from './host-under-test.ts';

/** By the names of the rows. */
export const HOSTS: Readonly<Record<HostName, HostUnderTest>> = await hostsUnderTest();

async function hostsUnderTest(): Promise<Readonly<Record<HostName, HostUnderTest>>> {
  const entries = HOST_NAMES.map(async (name) => {
    const { host } = (await import(`../${name}/same.ts`)) as { readonly host: HostUnderTest };
    return [name, host] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<HostName, HostUnderTest>;
}
