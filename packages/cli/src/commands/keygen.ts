import { join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import { askPassphrase } from '../ask-passphrase.ts';
import type { Command } from '../command.ts';
import { writeNewFiles } from '../new-files.ts';

/** Makes a key pair and says where each half belongs. Errors: passphrase-missing, configuration-invalid. */
export const runKeygen: Command = async ({ resolved, context, terminal }) => {
  const { output, userId, privateKeyPassphrase } = resolved.settings;
  const passphrase = privateKeyPassphrase?.reveal() ?? (await askPassphrase(terminal, context.signal));
  const pair = await generateKeyPair({ userId, passphrase, now: context.clock.now() });
  const publicKeyFile = join(output, 'backup-public.asc');
  const privateKeyFile = join(output, 'backup-private.asc');
  writeNewFiles([
    { path: privateKeyFile, content: pair.privateKey, mode: 0o600 },
    { path: publicKeyFile, content: pair.publicKey, mode: 0o644 },
  ]);
  const text = `${publicKeyFile}   for the backup job: BACKUP_PUBLIC_KEY
${privateKeyFile}  for restores only: BACKUP_PRIVATE_KEY. Keep it, and its passphrase, away from the
backup job and from the repository, and keep a second copy: without it no backup can be read.
fingerprint: ${pair.fingerprint}
`;
  return { result: { publicKeyFile, privateKeyFile, fingerprint: pair.fingerprint }, text };
};
