import { expect, test } from 'vitest';
import { escapeValue, plainLines, problemIdentity, serviceMessage, statisticValue } from './service-message.ts';

test('every character with a meaning is escaped as the documentation says', () => {
  expect(escapeValue(`a'b|c[d]e\nf\rg`)).toBe("a|'b||c|[d|]e|nf|rg");
  expect(escapeValue('тест €\u0085\u001b😀')).toBe('|0x0442|0x0435|0x0441|0x0442 |0x20AC|0x0085|0x001B|0xD83D|0xDE00');
});

test('a message is one line whatever its values hold', () => {
  const message = serviceMessage('message', { text: "x']\n##teamcity[buildStop comment='y']", status: 'WARNING' });
  expect(message).toBe("##teamcity[message text='x|'|]|n##teamcity|[buildStop comment=|'y|'|]' status='WARNING']\n");
  expect(serviceMessage('progressMessage', 'a=b')).toBe("##teamcity[progressMessage 'a=b']\n");
});

test('a plain line that looks like a message is broken up', () => {
  expect(plainLines('a ##teamcity[x]\n\x1b[31m##TeamCity[y\n')).toBe('a # #teamcity[x]\n\\x1b[31m# #TeamCity[y\n');
});

test('numbers have at most 13 digits, 6 of them behind the point', () => {
  expect(statisticValue(9_999_999_999_999)).toBe('9999999999999');
  expect(statisticValue(10_000_000_000_000)).toBeUndefined();
  expect(statisticValue(2 / 3)).toBe('0.666667');
  expect(statisticValue(123_456_789_012.123)).toBe('123456789012.1');
  expect(statisticValue(1e-9)).toBe('0');
  expect(statisticValue(Number.NaN)).toBeUndefined();
});

test('an identity is at most 60 characters of a Java identifier, and what it is of tells it apart', () => {
  expect(problemIdentity(['backup', 'dump-failed'])).toBe('postgres_backuper_backup_dump_failed');
  expect(problemIdentity(['x'.repeat(99)])).toHaveLength(60);
  const identities = ["it's", 'it_s', `${'x'.repeat(99)}1`, `${'x'.repeat(99)}2`].map((of) =>
    problemIdentity(['a'], of),
  );
  expect(new Set(identities).size).toBe(4);
  for (const one of [...identities, problemIdentity(['x'.repeat(99)], 'a')]) expect(one).toMatch(/^[a-z]\w{0,59}$/);
  expect(problemIdentity(['a'], 'b')).toBe(problemIdentity(['a'], 'b'));
});
