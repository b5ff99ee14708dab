import type { SealedObject, SealRequest } from './seal.ts';

/** A sealed object whose memory is reused. */
export interface HeldObject extends SealedObject {
  /** To be called once, when the bytes are no longer needed. */
  release(): void;
}

/** Compresses and encrypts segments. */
export interface Sealers {
  /** How many are sealed at once. */
  readonly count: number;
  /** `plaintext` may be changed again when it resolves. Errors: those of Cipher.encrypt. */
  seal(request: SealRequest): Promise<HeldObject>;
  close(): Promise<void>;
}
