/** Sign and four bytes of an integer; a string begins with its length. */
export const INTEGER_BYTES = 5;

/** A number as archives hold it. */
export function archiveInteger(value: number): Buffer {
  const made = Buffer.alloc(INTEGER_BYTES);
  made.writeUInt32LE(value, 1);
  return made;
}

/** A string as archives hold it: length, bytes. */
export function archiveString(value: string): Buffer {
  return Buffer.concat([archiveInteger(Buffer.byteLength(value)), Buffer.from(value)]);
}
