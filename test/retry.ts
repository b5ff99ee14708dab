import { beforeEach } from 'vitest';
import { beginTry } from '../packages/testing/src/retry.ts';

beforeEach(({ task }) => beginTry({ isRetry: (task.result?.retryCount ?? 0) > 0 }));
