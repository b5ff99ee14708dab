import type { Scheme } from '@postgres-backuper/options';
import { DIRECTORY } from './directory.ts';
import { S3 } from './s3.ts';
import { SFTP } from './sftp.ts';
import type { StorageKind } from './storage-kind.ts';

/** Every kind of storage, by the scheme of its locations. */
const STORAGES: Readonly<Record<Scheme, StorageKind>> = {
  file: DIRECTORY,
  s3: S3,
  sftp: SFTP,
};

/** The kind of a location; without a scheme it is a directory. Undefined: unknown scheme. */
export function storageKind(location: string): StorageKind | undefined {
  return (STORAGES as Readonly<Record<string, StorageKind>>)[schemeOf(location)];
}

/** `s3` of `s3://…`; `file` without a scheme. */
export function schemeOf(location: string): string {
  return /^([a-z][a-z0-9+.-]{0,9}):/i.exec(location)?.[1]?.toLowerCase() ?? 'file';
}
