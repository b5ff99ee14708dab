/** Every stored object of a backup but the commit, its signature and this document. Members stand one per line. */
export interface ObjectsDocument {
  readonly version: 1;
  readonly name: string;
  readonly label: string;
  readonly objects: readonly ObjectEntry[];
}

export interface ObjectEntry {
  /** Relative to `<name>/data/<label>/`, e.g. `segment-00000000.tar.zst.gpg`. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the bytes as stored. */
  readonly sha256: string;
  /** Of the bytes as stored, where a storage lists it. */
  readonly md5?: string;
}
