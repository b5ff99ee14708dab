import { createMemoryStorage } from './memory-storage.ts';
import { storageContract } from './storage-contract.ts';

storageContract('the storage in memory', async () => createMemoryStorage());
