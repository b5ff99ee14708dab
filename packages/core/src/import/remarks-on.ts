import type { ImportSource } from '../import.ts';

/** What a backup of an old file lacks, since the file does not hold it: one sentence each. */
export function remarksOn(source: ImportSource, leftOut: readonly string[]): readonly string[] {
  const { origin, roles, hasOwners, hasPrivileges, isCluster } = source;
  const names = roles.filter((name) => name !== 'postgres').map((name) => `'${name}'`);
  return [
    `'${origin.file}' does not hold the locale and the settings of its database: the backup has the locale C and no settings`,
    isCluster
      ? 'roles and tablespaces of the file are not in this backup'
      : 'roles and tablespaces are not in this backup: the file does not hold them',
    ...(names.length === 0
      ? []
      : [`only the names of these roles are known, not what they may do: ${names.join(', ')}`]),
    ...(hasOwners ? [] : ["the file names no owners: everything belongs to 'postgres'"]),
    ...(hasPrivileges ? [] : ['the file holds no grants']),
    ...(leftOut.length === 0 ? [] : [`left out, since it is about the original database: ${leftOut.join(', ')}`]),
  ];
}
