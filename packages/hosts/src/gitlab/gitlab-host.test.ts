import { expect, test } from 'vitest';
import { documentWith } from '../document.test-data.ts';
import type { CommandEnd } from '../host.ts';
import { KEYS } from '../wording.test-data.ts';
import { createGitLabHost } from './gitlab-host.ts';

const NASTY = 'a\nsection_start:1:x\r\u001b[31m section_end:2:y';

function host(verbose = false) {
  let text = '';
  let time = 0;
  const write = (more: string): void => {
    text += more;
  };
  const services = {
    write,
    environment: {},
    wording: KEYS,
    verbose,
    elapsed: () => time,
    now: () => 1_700_000_000_000 + time,
  };
  return { ...createGitLabHost(services), text: () => text, wait: (ms: number) => (time += ms) };
}

function end(document: object, more: Partial<CommandEnd> = {}): CommandEnd {
  return { document: documentWith({ command: 'backup', exit: 0, ...document }), text: '', ...more };
}

test('each phase with lines is a section, closed by the next one or by the end; each is a line', async () => {
  const { emit, finish, text } = host();
  emit({ type: 'phase', phase: 'dump', text: 'dumping' });
  emit({ type: 'notice', text: 'a line' });
  emit({ type: 'phase', phase: 'confirm', text: 'looking' });
  emit({ type: 'phase', phase: 'dump', text: 'dumping the next' });
  emit({ type: 'notice', text: 'a line' });
  await finish(end({}, { text: 'done\n' }));
  expect(text()).toBe(
    [
      'dumping\n\u001b[0Ksection_start:1700000000:backup_1_dump\r\u001b[0Kdump\na line\n',
      '\u001b[0Ksection_end:1700000000:backup_1_dump\r\u001b[0Klooking\ndumping the next\n',
      '\u001b[0Ksection_start:1700000000:backup_2_dump\r\u001b[0Kdump\na line\n',
      '\u001b[0Ksection_end:1700000000:backup_2_dump\r\u001b[0Kdone\n',
    ].join(''),
  );
});

test('a failure shows message, single problems and what to do; its status is kept', async () => {
  const { finish, text } = host();
  const error = { code: 'x', message: 'it failed', hint: 'do this' };
  expect(await finish(end({ exit: 4, error, details: { problems: ['one', 'two'] } }))).toBe(4);
  expect(text().replace(/\u001b\[\d+m/g, '')).toBe('it failed\none\ntwo\ndo this\n');
});

test('skipped is a success that says so', async () => {
  const { finish, text } = host();
  expect(await finish(end({ exit: 99 }))).toBe(0);
  expect(text()).toContain('skipped');
});

test('no text begins or ends a section, moves the cursor or colours', async () => {
  const { emit, finish, text } = host(true);
  for (const type of ['notice', 'warning', 'detail'] as const) emit({ type, text: NASTY });
  await finish(
    end(
      { exit: 1, error: { code: 'x', message: NASTY, hint: NASTY }, details: { problems: [NASTY] } },
      { text: NASTY },
    ),
  );
  const plain = text().replace(/\u001b\[(31|33|39)m/g, '');
  expect(plain).not.toMatch(/section_|\r|\u001b/);
});

test('progress is told from time to time', () => {
  const { emit, text, wait } = host();
  const progress = { phase: 'dump', bytes: 1, tables: 1 } as never;
  emit({ type: 'progress', progress } as never);
  expect(text()).toBe('');
  wait(30_000);
  expect(() => emit({ type: 'progress', progress } as never)).not.toThrow();
  expect(text()).not.toBe('');
});
