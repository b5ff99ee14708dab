import { expect, test } from 'vitest';
import { checkBalance, parseServiceMessage } from './teamcity-messages.ts';
import { parseMetaRunner } from './teamcity-meta-runner.ts';

test('a message is read with its escapes, and a line without one is none', () => {
  expect(parseServiceMessage("##teamcity[message text='a|'||b|[|]|n|0x0442' status='WARNING']")).toEqual({
    name: 'message',
    values: { text: "a'|b[]\nт", status: 'WARNING' },
  });
  expect(parseServiceMessage('# #teamcity[x')).toBeUndefined();
});

test.each([
  "##teamcity[nothing 'x']",
  "##teamcity[message text='a'b']",
  "##teamcity[message text='a]']",
  "##teamcity[message text='тест']",
  "##teamcity[message text='a' level='x']",
  "##teamcity[message status='WARNING']",
  "##teamcity[buildStatisticValue key='a' value='12345678901234']",
  "##teamcity[buildStatisticValue key='a' value='1e5']",
  "##teamcity[buildProblem description='a' identity='a-b']",
  "text ##teamcity[progressMessage 'x']",
])('%s is refused', (line) => {
  expect(() => parseServiceMessage(line)).toThrow();
});

test('blocks and tests must be closed as they were opened', () => {
  const named = (name: string, value: string) => ({ name, values: { name: value } });
  expect(() => checkBalance([named('blockOpened', 'a')])).toThrow('still open');
  expect(() => checkBalance([named('blockOpened', 'a'), named('blockClosed', 'b')])).toThrow("'b' closes");
  expect(() => checkBalance([named('testFailed', 'a')])).toThrow('outside');
});

test('a meta-runner that is no XML is refused', () => {
  expect(() => parseMetaRunner('<meta-runner name="a"><settings></meta-runner>')).toThrow('closes another');
  expect(() => parseMetaRunner('<meta-runner name="a & b"></meta-runner>')).toThrow('entity');
});
