import { randomBytes } from 'node:crypto';
import { BackuperError } from '@postgres-backuper/base';
import type { Cipher, Signer } from '@postgres-backuper/repository';
import { type Findings, looked } from './items.ts';

export interface KeyCheck {
  readonly what: string;
  readonly cipher: Cipher;
  readonly encryption: 'openpgp' | 'none';
  readonly signer?: Signer | undefined;
  /** The key whose signatures count. */
  readonly trusted?: Signer | undefined;
  /** Also decrypt, which may take a second for a passphrase. */
  readonly roundTrip: boolean;
}

/** Encrypts a probe and, with a private key, decrypts it; signs it and checks the signature. */
export async function checkKeys(check: KeyCheck, findings: Findings): Promise<void> {
  const { what, cipher, signer, trusted } = check;
  if (check.encryption === 'none') {
    findings.warning(what, 'encryption is off: whoever reads the repository reads the data');
  } else {
    await looked(findings, what, () => encryptProbe(check, findings));
    for (const notice of cipher.notices) findings.warning(what, notice);
  }
  for (const notice of new Set([...(signer?.notices ?? []), ...(trusted?.notices ?? [])]))
    findings.warning('signing key', notice);
  if (signer === undefined) return;
  await looked(findings, 'signing key', async () => {
    const probe = randomBytes(32);
    await signer.check(probe, await signer.sign(probe));
    findings.ok('signing key', `${signer.fingerprint} signs`);
  });
}

async function encryptProbe({ what, cipher, roundTrip }: KeyCheck, findings: Findings): Promise<void> {
  const probe = randomBytes(64);
  const message = await cipher.encrypt(probe);
  const forWhom = cipher.recipients.length > 0 ? cipher.recipients.join(', ') : 'the passphrase';
  if (!roundTrip || !cipher.canDecrypt) {
    findings.ok(what, `encrypts for ${forWhom}; ${cipher.readers}${roundTrip ? `; ${whyNotRead(cipher)}` : ''}`);
    return;
  }
  const plaintext = await cipher.decrypt(message, { maxBytes: probe.length });
  if (!probe.equals(plaintext)) {
    const hint = 'this is a defect: please report it';
    throw new BackuperError('message-altered', 'a decrypted probe differs from what was encrypted', { hint });
  }
  findings.ok(what, `encrypts for ${forWhom}, and what it encrypts can be decrypted here; ${cipher.readers}`);
}

function whyNotRead({ cannotDecrypt }: Cipher): string {
  return `${cannotDecrypt?.message ?? 'no private key here'}, so nothing can be read back`;
}
