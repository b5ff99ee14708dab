import type { BackuperError } from '@postgres-backuper/base';

/** What one message needs besides its plaintext. Can be sent to another thread. */
export interface Envelope {
  /** The packets that hold the session key, encrypted for the recipients. */
  readonly head: Uint8Array;
  /** The session key, for this message alone. */
  readonly key: Uint8Array;
}

/** What opens one message besides its bytes. Can be sent to another thread. */
export interface Opening {
  /** Offset of the encrypted bytes in the message. */
  readonly encryptedAt: number;
  /** Possible session keys of AES-256: at most one is right. */
  readonly keys: readonly Uint8Array[];
}

/** Turns segments and catalogs into OpenPGP messages and back. */
export interface Cipher {
  /** Fingerprints (upper-case hexadecimal) of the keys that can decrypt; empty in passphrase mode. */
  readonly recipients: readonly string[];
  /** Notices for the user, e.g. a key that expires within 30 days. */
  readonly notices: readonly string[];
  /** Which programs read the output of `encrypt`: a phrase for people about the backups. */
  readonly readers: string;
  /** Whether `decrypt` can work: a private key or a passphrase is given and can be used. */
  readonly canDecrypt: boolean;
  /** Why a given private key cannot be used: passphrase-missing, key-invalid. */
  readonly cannotDecrypt?: BackuperError;
  /** Whether `encrypt` can work. */
  readonly canEncrypt: boolean;
  /** One complete, binary OpenPGP message. Errors: key-missing, key-expired, key-invalid. */
  encrypt(plaintext: Uint8Array): Promise<Uint8Array>;
  /**
   * The envelope of a new message, if another thread can write the message itself; undefined: the bytes stay
   * unchanged. Without this method, `encrypt` is called. Errors: as `encrypt`.
   */
  readonly envelope?: () => Promise<Envelope | undefined>;
  /**
   * What opens a message, if another thread can do the rest; undefined: leave it to `decrypt`. Errors: as `decrypt`.
   */
  readonly opening?: (message: Uint8Array) => Promise<Opening | undefined>;
  /**
   * The same message for the recipients of `encrypt`: the packets before the encrypted data are new, those are the same and
   * are not decrypted. Without this method no message can be given to them. Errors: as `decrypt`, and key-invalid;
   * configuration-invalid for a message of another form.
   */
  readonly rekey?: (message: Uint8Array) => Promise<Uint8Array>;
  /** Whether two messages have the same encrypted data, for whomever each is. */
  readonly hasSameData?: (one: Uint8Array, other: Uint8Array) => boolean;
  /**
   * The plaintext, after the integrity of the whole message is checked. `maxBytes` bounds it.
   * Errors: key-missing, key-wrong, passphrase-wrong, message-altered.
   */
  decrypt(message: Uint8Array, options?: { readonly maxBytes?: number }): Promise<Uint8Array>;
}

/** Makes and checks detached signatures of commits. */
export interface Signer {
  /** Fingerprint of the signing (or pinned) key. */
  readonly fingerprint: string;
  /** Notices for the user, e.g. a key that expires within 30 days. */
  readonly notices?: readonly string[];
  /** Armored detached signature. Errors: key-missing (no private key is given), key-expired. */
  sign(bytes: Uint8Array): Promise<string>;
  /** Throws signature-invalid for any signer but the pinned one. */
  check(bytes: Uint8Array, signature: string): Promise<void>;
}
