import type { Event } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { warnOnce } from './warn-once.ts';

test('the same warning is shown once, and everything else each time', () => {
  const shown: Event[] = [];
  const emit = warnOnce((event) => shown.push(event));
  const warning = { type: 'warning', text: 'the key is private' } as const;
  const events: readonly Event[] = [
    warning,
    { type: 'notice', text: 'again' },
    { ...warning },
    { type: 'notice', text: 'again' },
    { ...warning, hint: 'take it away' },
    { type: 'warning', text: 'another' },
  ];
  for (const event of events) emit(event);
  expect(shown).toEqual(events.filter((_, index) => index !== 2));
});
