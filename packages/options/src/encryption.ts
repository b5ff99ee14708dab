import { commandsThatNeed } from './commands.ts';
import type { Option } from './option.ts';

const READING = commandsThatNeed('keys');

/** Commands that write backups or records. */
const SIGNING = commandsThatNeed('signer');

/** OpenPGP: who can read the backups, and whose signatures count. */
export const ENCRYPTION = {
  encryption: {
    flag: 'encryption',
    type: 'text',
    choices: ['openpgp', 'none'],
    default: 'openpgp',
    commands: READING,
    group: 'Encryption',
    placeholder: 'KIND',
    help: 'openpgp or none. Without a key nothing is written unless this is none.',
  },
  openpgpProfile: {
    flag: 'openpgp-profile',
    type: 'text',
    choices: ['gnupg', 'rfc9580'],
    default: 'gnupg',
    commands: [...READING, 'keygen', 'init'],
    group: 'Encryption',
    placeholder: 'KIND',
    help: 'gnupg: only keys and messages that GnuPG 2.2 and later reads. rfc9580: also newer ones, which no GnuPG reads; keygen then makes a version 6 key.',
  },
  publicKey: {
    flag: 'public-key',
    type: 'key',
    public: true,
    many: true,
    commands: ['backup', 'verify', 'check', 'import', 'status', 'rekey'],
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'Public keys (recipients) that backups are encrypted for. All that a backup job needs. For status: it warns before one expires. For rekey: all who can read the backups afterwards.',
    common: true,
  },
  privateKey: {
    flag: 'private-key',
    type: 'key',
    many: true,
    commands: READING,
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'The private key that reads backups: for restore, export, and verify --level content or restore.',
    common: true,
  },
  privateKeyPassphrase: {
    flag: 'private-key-passphrase-file',
    type: 'secret',
    commands: [...READING, 'keygen', 'init'],
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'The passphrase of the private key.',
    common: true,
  },
  passphrase: {
    flag: 'passphrase-file',
    type: 'secret',
    commands: READING,
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'Instead of keys: one passphrase that encrypts and decrypts.',
  },
  dedupSecret: {
    flag: 'dedup-secret-file',
    type: 'secret',
    commands: ['backup', 'check'],
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'For --incremental with keys: 32 random bytes, in base64 or hexadecimal digits. It decrypts no backup; with another one, or none, the next backup is a full.',
  },
  signingKey: {
    flag: 'signing-key',
    type: 'key',
    commands: SIGNING,
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'A private key that signs each backup, and what is recorded beside it: verdicts, pins.',
  },
  signingKeyPassphrase: {
    flag: 'signing-key-passphrase-file',
    type: 'secret',
    commands: SIGNING,
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'The passphrase of the signing key.',
  },
  signerKey: {
    flag: 'signer-key',
    type: 'key',
    public: true,
    commands: commandsThatNeed('repository'),
    group: 'Encryption',
    placeholder: 'FILE',
    help: 'The public key of the signer. With it only backups that it signed count, and of failed verifications, unpins and accepted servers only those that it signed.',
  },
} as const satisfies Record<string, Option>;
