import { keygen } from '@postgres-backuper/core';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import { askPassphrase } from '../ask-passphrase.ts';
import type { Command } from '../command.ts';

/** Makes a key pair and says where each half belongs. Errors: passphrase-missing, those of keygen. */
export const runKeygen: Command<'keygen'> = async ({ resolved, context, terminal }) => {
  const { output, userId, privateKeyPassphrase, openpgpProfile } = resolved.settings;
  const generate = async () => {
    const passphrase = privateKeyPassphrase?.reveal() ?? (await askPassphrase(terminal, context.signal));
    return generateKeyPair({ userId, passphrase, profile: openpgpProfile, now: context.clock.now() });
  };
  const result = await keygen({ directory: output }, { generate });
  const text = `${result.publicKeyFile}   for the backup job: BACKUP_PUBLIC_KEY
${result.privateKeyFile}  for restores only: BACKUP_PRIVATE_KEY. Keep it, and its passphrase, away from the
backup job and from the repository, and keep a second copy: without it no backup can be read.
fingerprint: ${result.fingerprint}
`;
  return { result, text };
};
