import { beforeEach } from 'vitest';
import { beginTry } from '../packages/testing/src/retry.ts';

beforeEach(({ task: { result } }) => beginTry({ isRetry: (result?.retryCount ?? 0) + (result?.repeatCount ?? 0) > 0 }));
