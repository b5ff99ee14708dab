import { STATUS } from './request-error.ts';
import type { FileSystem, Session } from './session.ts';

type Extension = Parameters<Session['offers']>[0];
type Method = 'write' | 'fsync' | 'close' | 'link' | 'rename' | 'mkdir' | 'posixRename';

export interface MemoryServer {
  readonly session: Session;
  /** Content by path; a folder is `undefined`. */
  readonly files: Map<string, Buffer | undefined>;
  /** The requests in their order. */
  readonly asked: string[];
  /** The next calls of a method are answered with this number. */
  refuse(method: Method, status: number): void;
}

export interface MemoryRequest {
  readonly extensions?: readonly Extension[];
  readonly fileSystem?: Partial<FileSystem>;
}

/** An SFTP server of version 3 with a folder `/r` and `/r/.unfinished`. */
export function memoryServer({ extensions = [], fileSystem }: MemoryRequest = {}): MemoryServer {
  const files = new Map<string, Buffer | undefined>([
    ['/r', undefined],
    ['/r/.unfinished', undefined],
  ]);
  const refusals = new Map<Method, number>();
  const asked: string[] = [];
  const begin = (what: string) => {
    asked.push(what);
    const status = refusals.get(what as Method);
    if (status !== undefined) throw answer(status);
  };
  const parts = {
    isOpen: true,
    chunkBytes: 1000,
    offers: (extension: Extension) => extensions.includes(extension),
    fileSystem: async () => ({ freeBytes: 1e9, totalBytes: 1e10, freeFiles: 1000, isReadOnly: false, ...fileSystem }),
    ...contentMethods({ files, begin }),
    ...nameMethods({ files, begin }),
  };
  const refuse = (method: Method, status: number) => void refusals.set(method, status);
  return { session: parts as unknown as Session, files, asked, refuse };
}

interface State {
  readonly files: Map<string, Buffer | undefined>;
  /** Throws what the method is to be answered with. */
  readonly begin: (method: string) => void;
}

/** Handles are paths. */
function contentMethods({ files, begin }: State) {
  return {
    async open(path: string, flags: string) {
      begin('open');
      if (flags === 'wx') files.set(path, Buffer.alloc(0));
      else if (!files.has(path)) throw answer(STATUS.missing);
      return Buffer.from(path);
    },
    close: async () => begin('close'),
    async read(handle: Buffer, into: Buffer, at: number) {
      return (files.get(String(handle)) as Buffer).copy(into, 0, at, at + Math.min(into.length, 700));
    },
    async write(handle: Buffer, bytes: Buffer, at: number) {
      begin('write');
      const before = files.get(String(handle)) as Buffer;
      const after = Buffer.alloc(Math.max(before.length, at + bytes.length));
      before.copy(after);
      bytes.copy(after, at);
      files.set(String(handle), after);
    },
    fsync: async () => begin('fsync'),
  };
}

function nameMethods({ files, begin }: State) {
  const requireParent = (path: string) => {
    if (!files.has(path.slice(0, path.lastIndexOf('/')))) throw answer(STATUS.missing);
  };
  const move = (method: string, { replaces, keeps }: { replaces: boolean; keeps: boolean }) => {
    return async (from: string, to: string) => {
      begin(method);
      requireParent(to);
      if (!replaces && files.has(to)) throw answer(STATUS.failure);
      files.set(to, files.get(from));
      if (!keeps) files.delete(from);
    };
  };
  return {
    link: move('link', { replaces: false, keeps: true }),
    rename: move('rename', { replaces: false, keeps: false }),
    posixRename: move('posixRename', { replaces: true, keeps: false }),
    async lstat(path: string) {
      if (!files.has(path)) throw answer(STATUS.missing);
      const body = files.get(path);
      const isFile = body !== undefined;
      return { size: body?.length, isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false };
    },
    async mkdir(path: string) {
      begin('mkdir');
      requireParent(path);
      if (files.has(path)) throw answer(STATUS.failure);
      files.set(path, undefined);
    },
    async rmdir(path: string) {
      if ([...files.keys()].some((each) => each.startsWith(`${path}/`))) throw answer(STATUS.failure);
      if (!files.delete(path)) throw answer(STATUS.missing);
    },
    async unlink(path: string) {
      if (!files.delete(path)) throw answer(STATUS.missing);
    },
  };
}

function answer(code: number): Error {
  return Object.assign(new Error('Failure'), { code });
}
