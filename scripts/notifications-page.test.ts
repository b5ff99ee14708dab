import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Message } from '../packages/notifications/src/message.ts';
import { parseTarget } from '../packages/notifications/src/parse-target.ts';
import { SERVICES } from '../packages/notifications/src/services.ts';
import type { HttpTarget } from '../packages/notifications/src/target.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/notifications.md'), 'utf8');

test('each URL of the page is read as the service of its row', () => {
  const rows = [...page.matchAll(/^\| ([^|]+) \| (`.*)\|$/gm)].map(([, name = '', urls = '']) => [name, urls] as const);
  const kinds = rows.flatMap(([name, urls]) =>
    [...urls.matchAll(/`((?:\w+\+)?(?:https|smtps?):\/\/[^`]+)`/g)].map(
      ([, url = '']) => [name, parseTarget(url)] as const,
    ),
  );
  expect(kinds.map(([name, target]) => [name, 'problem' in target ? target.problem : target.kind])).toEqual([
    ['mail', 'mail'],
    ['mail, STARTTLS', 'mail'],
    ['Slack', 'slack'],
    ['Microsoft Teams', 'teams'],
    ['Discord', 'discord'],
    ['Telegram', 'telegram'],
    ['ntfy', 'ntfy'],
    ['ntfy', 'ntfy'],
    ['ntfy', 'ntfy'],
    ['Healthchecks and alike', 'heartbeat'],
    ['Healthchecks and alike', 'heartbeat'],
    ['a web address of your own', 'webhook'],
  ]);
});

test('the example of the webhook has its fields', () => {
  const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  const { version: _, job, problems, facts, command, exit, code, names, labels, ...same } = example;
  const message: Message = {
    ...same,
    ...{ link: job, lines: problems, fields: { command, exit, code, names, labels } },
    facts: Object.entries(facts as Record<string, string>).map(([name, value]) => ({ name, value })),
  };
  const { body } = SERVICES.webhook.request(message, parseTarget('https://ops.example/hook') as HttpTarget);
  expect(JSON.parse(body)).toEqual(example);
  expect(Object.keys(JSON.parse(body))).toEqual(Object.keys(example));
});
