import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type MemoryRequest, memoryServer } from './memory-session.test-data.ts';
import { readObject } from './read-file.ts';
import { STATUS } from './request-error.ts';
import { writeObject } from './write-file.ts';

const body = randomBytes(12_345);
const request = { base: '/r', key: 'app/data/x', body };
const ALL = ['hardlink', 'posix-rename', 'fsync', 'statvfs'] as const;

/** What is left beside the folders. */
const objects = ({ files }: ReturnType<typeof memoryServer>) =>
  [...files].flatMap(([path, content]) => (content === undefined ? [] : [path]));

test.each<[string, MemoryRequest, string]>([
  ['a hard link', { extensions: ALL }, 'link'],
  ['a rename without that extension', { extensions: ['posix-rename'] }, 'rename'],
  ['a rename without any extension', {}, 'rename'],
])('an object gets its name by %s', async (_, server, way) => {
  const memory = memoryServer(server);
  await writeObject(memory.session, request);
  expect(objects(memory)).toEqual(['/r/app/data/x']);
  expect(memory.asked).toContain(way);
  expect(await readObject(memory.session, { ...request, maxBytes: 99_999 })).toEqual(body);
});

test('bytes are durable before the name, and the name afterwards', async () => {
  const memory = memoryServer({ extensions: ALL });
  await writeObject(memory.session, { ...request, key: 'x' });
  expect(memory.asked.filter((each) => each !== 'write')).toEqual(['open', 'fsync', 'link', 'fsync', 'close']);
});

test('without fsync the file is closed before it has its name', async () => {
  const memory = memoryServer();
  await writeObject(memory.session, { ...request, key: 'x' });
  expect(memory.asked.filter((each) => each !== 'write')).toEqual(['open', 'close', 'rename']);
});

test.each<[string, MemoryRequest]>([
  ['with hard links', { extensions: ALL }],
  ['without extensions', {}],
])('what is stored is never replaced, %s', async (_, server) => {
  const memory = memoryServer(server);
  await writeObject(memory.session, request);
  await writeObject(memory.session, request);
  const other = { ...request, body: randomBytes(12_345) };
  await expect(writeObject(memory.session, other)).rejects.toMatchObject({ code: 'object-exists' });
  expect(memory.files.get('/r/app/data/x')).toEqual(body);
  expect(objects(memory)).toEqual(['/r/app/data/x']);
});

test('a file system without hard links is renamed in', async () => {
  const memory = memoryServer({ extensions: ALL });
  memory.refuse('link', STATUS.denied);
  await writeObject(memory.session, request);
  memory.refuse('rename', STATUS.unsupported);
  await writeObject(memory.session, { ...request, key: 'app/data/y' });
  expect(objects(memory)).toEqual(['/r/app/data/x', '/r/app/data/y']);
  expect(memory.asked).toContain('posixRename');
});

test.each<[string, MemoryRequest, 'write' | 'fsync' | 'close' | 'mkdir', string]>([
  ['a full disk', { extensions: ALL, fileSystem: { freeBytes: 4096 } }, 'write', 'storage-full'],
  ['a disk without inodes', { extensions: ALL, fileSystem: { freeFiles: 0 } }, 'mkdir', 'storage-full'],
  ['a quota', { extensions: ALL }, 'write', 'storage-full'],
  ['a quota that shows at fsync', { extensions: ALL }, 'fsync', 'storage-full'],
  ['a quota that shows at close', {}, 'close', 'storage-full'],
  ['a read-only file system', { extensions: ALL, fileSystem: { isReadOnly: true } }, 'write', 'storage-denied'],
])('%s leaves nothing and says so', async (_, server, method, code) => {
  const memory = memoryServer(server);
  memory.refuse(method, STATUS.failure);
  await expect(writeObject(memory.session, request)).rejects.toMatchObject({ code });
  expect(objects(memory)).toEqual([]);
  expect([...memory.files.keys()]).toEqual(['/r', '/r/.unfinished']);
});
