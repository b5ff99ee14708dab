import { randomBytes } from 'node:crypto';
import { createLocalStorage } from '@postgres-backuper/storage-local';

// A child of the tests: `put-forever.ts DIRECTORY [COUNT]` stores objects of 1 MiB one after the other.
const [directory = '', count = 'Infinity'] = process.argv.slice(2);
const storage = createLocalStorage({ directory });
const body = randomBytes(1 << 20);

try {
  for (let i = 0; i < Number(count); i += 1) {
    const key = `app/data/${process.pid}/segment-${String(i).padStart(8, '0')}`;
    await storage.put(key, body);
    process.stdout.write(`${key}\n`);
  }
} catch (error) {
  process.stdout.write(`${JSON.stringify(error)}\n`);
}
