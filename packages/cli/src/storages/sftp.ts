import { isBackuperError } from '@postgres-backuper/base';
import { say, settingsError } from '@postgres-backuper/options';
import type { Storage } from '@postgres-backuper/repository';
import { parseSftpUrl } from '@postgres-backuper/storage-sftp/address';
import type { OpenRequest, StorageKind } from './storage-kind.ts';

/** A folder on an SFTP server. */
export const SFTP: StorageKind = {
  endsByItself: true,
  problem(location) {
    try {
      parseSftpUrl(location);
      return undefined;
    } catch (error) {
      if (isBackuperError(error)) return `: ${error.message}`;
      throw error;
    }
  },
  open: openSftp,
  oldFolders: (location) => ({ location, address: parseSftpUrl(location).url, folders: ['', 'backups/'] }),
  oldFile(text) {
    const { url } = parseSftpUrl(text.replace(/\/+$/, ''));
    const end = url.lastIndexOf('/');
    const location = url.slice(0, end);
    parseSftpUrl(location);
    return { location, key: url.slice(end + 1) };
  },
};

/** Loads the library only here, so that other kinds never load it. */
async function openSftp({ location, settings, environment, clock }: OpenRequest): Promise<Storage> {
  const { createSftpStorage, parseHostKeys, parsePrivateKey } = await import('@postgres-backuper/storage-sftp');
  const address = parseSftpUrl(location);
  const { sftpHostKey, sftpKey, sftpKeyPassphrase, sftpPassword } = settings;
  const agent = environment.SSH_AUTH_SOCK || undefined;
  if (sftpKey === undefined && sftpPassword === undefined && agent === undefined) {
    const hint = `give ${say.option('sftpKey')} or ${say.option('sftpPassword')}, or start an ssh-agent`;
    throw settingsError([`nothing is given to log in to '${address.host}'`], hint);
  }
  return createSftpStorage({
    address,
    agent,
    clock,
    hostKeys: parseHostKeys(sftpHostKey, address),
    privateKey: sftpKey && parsePrivateKey(sftpKey.reveal(), sftpKeyPassphrase?.reveal()),
    password: sftpPassword?.reveal(),
  });
}
