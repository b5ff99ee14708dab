import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';

/** What a server reports about the file system of a path. */
export interface FileSystem {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeFiles: number;
  readonly isReadOnly: boolean;
}

/** One SFTP session, a channel of the connection. Methods throw the answer of the server (`statusOf`). */
export interface Session {
  readonly isOpen: boolean;
  /** Most bytes of one write or read. */
  readonly chunkBytes: number;
  offers(extension: 'hardlink' | 'posix-rename' | 'fsync' | 'statvfs'): boolean;
  open(path: string, flags: 'r' | 'wx'): Promise<Buffer>;
  close(handle: Buffer): Promise<void>;
  /** Bytes read; 0 at the end of the file. */
  read(handle: Buffer, into: Buffer, at: number): Promise<number>;
  /** The bytes are copied before this returns. */
  write(handle: Buffer, bytes: Buffer, at: number): Promise<void>;
  fsync(handle: Buffer): Promise<void>;
  lstat(path: string): Promise<Stats>;
  stat(path: string): Promise<Stats>;
  realpath(path: string): Promise<string>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Fails if `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Fails if `to` exists and the server follows version 3 of the protocol. */
  rename(from: string, to: string): Promise<void>;
  /** Replaces `to`. */
  posixRename(from: string, to: string): Promise<void>;
  opendir(path: string): Promise<Buffer>;
  readdir(handle: Buffer): Promise<readonly FileEntryWithStats[]>;
  fileSystem(path: string): Promise<FileSystem>;
}

/** Counts unanswered requests, so that a connection without any answer is noticed. */
export interface Waits {
  begin(): void;
  answered(): void;
}

type Done<Value> = (error?: Error | null, value?: Value) => void;

/** Private members of ssh2, whose version is pinned. */
type Inside = SFTPWrapper & {
  readonly _extensions?: Readonly<Record<string, string>>;
  readonly _maxWriteLen?: number;
  readonly _maxReadLen?: number;
};

const LEAST_CHUNK = 30_000;
const MOST_CHUNK = 128 * 1024;

export function createSession(sftp: SFTPWrapper, waits: Waits): Session {
  const inside = sftp as Inside;
  let isOpen = true;
  const end = () => {
    isOpen = false;
  };
  sftp.on('error', end).on('end', end).on('close', end);
  const ask = <Value = void>(send: (done: Done<Value>) => void): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (!isOpen) throw new Error('the session ended'); // a request to a closed channel would never be answered
      waits.begin();
      send((error, value) => {
        waits.answered();
        if (error) reject(error);
        else resolve(value as Value);
      });
    });
  const most = Math.min(inside._maxWriteLen ?? LEAST_CHUNK, inside._maxReadLen ?? LEAST_CHUNK, MOST_CHUNK);
  return {
    get isOpen() {
      return isOpen;
    },
    chunkBytes: Math.max(most, 1024),
    offers: (extension) => inside._extensions?.[`${extension}@openssh.com`] !== undefined,
    open: (path, flags) => ask((done) => sftp.open(path, flags, 0o600, done)),
    close: (handle) => ask((done) => sftp.close(handle, done)),
    read: (handle, into, at) => ask((done) => sftp.read(handle, into, 0, into.length, at, done)),
    write: (handle, bytes, at) => ask((done) => sftp.write(handle, bytes, 0, bytes.length, at, (error) => done(error))),
    fsync: (handle) => ask((done) => sftp.ext_openssh_fsync(handle, (error) => done(error))),
    lstat: (path) => ask((done) => sftp.lstat(path, done)),
    stat: (path) => ask((done) => sftp.stat(path, done)),
    realpath: (path) => ask((done) => sftp.realpath(path, done)),
    mkdir: (path) => ask((done) => sftp.mkdir(path, { mode: 0o700 }, done)),
    rmdir: (path) => ask((done) => sftp.rmdir(path, done)),
    unlink: (path) => ask((done) => sftp.unlink(path, done)),
    link: (from, to) => ask((done) => sftp.ext_openssh_hardlink(from, to, done)),
    rename: (from, to) => ask((done) => sftp.rename(from, to, done)),
    posixRename: (from, to) => ask((done) => sftp.ext_openssh_rename(from, to, done)),
    opendir: (path) => ask((done) => sftp.opendir(path, done)),
    readdir: (handle) => ask((done) => sftp.readdir(handle as never, done as never)),
    fileSystem: async (path) => fileSystemOf(await ask((done) => sftp.ext_openssh_statvfs(path, done as never))),
  };
}

const READ_ONLY = 1;

function fileSystemOf(told: unknown): FileSystem {
  const { f_frsize, f_bavail, f_blocks, f_favail, f_files, f_flag } = told as Readonly<Record<string, number>>;
  return {
    freeBytes: Number(f_bavail) * Number(f_frsize),
    totalBytes: Number(f_blocks) * Number(f_frsize),
    freeFiles: f_files === 0 ? Number.POSITIVE_INFINITY : Number(f_favail), // some file systems do not count files
    isReadOnly: (Number(f_flag) & READ_ONLY) !== 0,
  };
}
