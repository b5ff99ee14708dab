import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { cleanMessage } from './clean.ts';
import { HOSTILE, hostileMessage, httpTarget, SHOWN } from './message.test-data.ts';
import type { Message } from './message.ts';
import { startRequest } from './services/heartbeat.ts';
import { SERVICES } from './services.ts';

const TITLE = `❌ PostgreSQL backup failed: '${SHOWN}'`;
const DETAILS = `the server refused '${SHOWN}'\n→ look at '${SHOWN}'\nserver: ${SHOWN}`;
const LINK = 'https://ci.example/jobs/1?a=1&b=2';
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function sent(url: string, message: Message = hostileMessage()) {
  const target = httpTarget(url);
  const { body, ...request } = SERVICES[target.kind].request(cleanMessage(message), target);
  return { ...request, url: request.url.href, body, json: target.kind === 'heartbeat' ? undefined : JSON.parse(body) };
}

test('Slack reads no markup and no mention in a name', () => {
  const { url, headers, json } = sent('https://hooks.slack.com/services/T/B/S');
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  const escaped = TITLE.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  expect({ url, headers }).toEqual({ url: 'https://hooks.slack.com/services/T/B/S', headers: JSON_TYPE });
  expect(json).toEqual({
    ...{ text: escaped, mrkdwn: false, unfurl_links: false },
    blocks: [
      { type: 'header', text: plain(TITLE) },
      { type: 'section', text: plain(DETAILS) },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: '<https://ci.example/jobs/1?a=1&amp;b=2|the job>' }],
      },
    ],
  });
});

test('Teams gets a card whose texts are no Markdown', () => {
  const { json } = sent('https://x.logic.azure.com/workflows/1?sig=S');
  const { content, contentType } = json.attachments[0];
  expect([json.type, contentType]).toEqual(['message', 'application/vnd.microsoft.card.adaptive']);
  const run = (text: string, more = {}) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...more }] });
  expect(content.body).toEqual([
    run(TITLE, { weight: 'bolder', size: 'medium' }),
    ...DETAILS.split('\n').map((line) => run(line)),
  ]);
  expect(content.actions).toEqual([{ type: 'Action.OpenUrl', title: 'Open the job', url: LINK }]);
  expect(content.msteams).not.toHaveProperty('entities');
});

test('Discord mentions nobody, and every sign of Markdown is escaped', () => {
  const { json } = sent('https://discord.com/api/webhooks/1/S');
  const [embed] = json.embeds;
  expect(json.allowed_mentions).toEqual({ parse: [] });
  expect(json).not.toHaveProperty('content');
  expect(embed).toMatchObject({ url: LINK, color: 0xd73a49, timestamp: '2026-03-01T02:17:00.000Z' });
  expect(unescaped(embed.description)).toBe(DETAILS);
  expect(TITLE.startsWith(unescaped(embed.title).replace(/…$/, ''))).toBe(true);
  for (const text of [embed.title, embed.description]) {
    expect(text.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[*_~`|<>@[\]()#:\\]/);
  }
});

function unescaped(text: string): string {
  return text.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

test('Telegram looks for no mention or link where a name stands', () => {
  const { url, json } = sent('https://u:p@api.telegram.org/bot1:S/sendMessage?chat_id=-100&message_thread_id=5');
  expect(url).toBe('https://api.telegram.org/bot1:S/sendMessage');
  expect(json).toMatchObject({ chat_id: '-100', message_thread_id: 5, link_preview_options: { is_disabled: true } });
  expect(json).not.toHaveProperty('parse_mode');
  const parts = json.entities.map(({ type, offset, length }: { type: string; offset: number; length: number }) => [
    type,
    json.text.slice(offset, offset + length),
  ]);
  expect(parts).toEqual([
    ['code', TITLE],
    ['pre', DETAILS],
    ['text_link', 'open the job'],
  ]);
  expect(json.text).toBe(`${TITLE}\n${DETAILS}\nopen the job`);
});

test('ntfy gets plain text, and no text as a header', () => {
  const { url, headers, json } = sent('https://:tk_1@ntfy.sh/topic');
  expect(url).toBe('https://ntfy.sh/');
  expect(headers).toEqual({ ...JSON_TYPE, authorization: `Basic ${Buffer.from(':tk_1').toString('base64')}` });
  expect(json).toEqual({
    ...{ topic: 'topic', title: TITLE, message: `${DETAILS}\njob: ${LINK}`, priority: 4, click: LINK },
  });
});

test('a webhook gets every field, signed', () => {
  const { url, headers, body, json } = sent('https://ops.example/hook?a=1#key');
  expect(url).toBe('https://ops.example/hook?a=1');
  const signature = `sha256=${createHmac('sha256', 'key').update(body).digest('hex')}`;
  expect(headers).toEqual({ ...JSON_TYPE, 'x-postgres-backuper-signature': signature });
  expect(json).toEqual({
    ...{ version: 1, event: 'failure', at: '2026-03-01T02:17:00.000Z', title: TITLE.slice(2) },
    ...{ problems: [`the server refused '${SHOWN}'`], hint: `look at '${SHOWN}'`, job: LINK, facts: { server: SHOWN } },
    ...{ command: 'backup', exit: 2, code: 'login-failed', names: [HOSTILE], labels: [] },
  });
  expect(sent('https://ops.example/hook').headers).toEqual(JSON_TYPE);
});

test.each([
  ['failure', '/u/fail?create=1'],
  ['missing', '/u/fail?create=1'],
  ['success', '/u?create=1'],
  ['recovery', '/u?create=1'],
  ['anomaly', '/u?create=1'],
  ['test', '/u/log?create=1'],
] as const)('a heartbeat gets a %s at %s, with the last lines', (event, path) => {
  const { url, body } = sent('https://hc-ping.com/u/?create=1', hostileMessage({ event }));
  expect(url).toBe(`https://hc-ping.com${path}`);
  expect(body).toContain(`\n${DETAILS}\njob: ${LINK}`);
});

test('a heartbeat hears of the start', () => {
  const { url, body } = startRequest(httpTarget('https://hc-ping.com/u?create=1'));
  expect([url.href, body]).toEqual(['https://hc-ping.com/u/start?create=1', '']);
});

test.each([
  ['https://hooks.slack.com/services/T/B/S', 40_000],
  ['https://x.logic.azure.com/w?sig=S', 28_000],
  ['https://discord.com/api/webhooks/1/S', 40_000],
  ['https://api.telegram.org/bot1:S/sendMessage?chat_id=1', 40_000],
  ['https://ntfy.sh/topic', 9000],
  ['https://hc-ping.com/u', 10_000],
])('a long message to %s stays below the limits of the service', (url, most) => {
  for (const letter of ['x', '*', '"', '\u{1f600}', '\u0000']) {
    const lines = Array.from({ length: 100 }, () => letter.repeat(1000));
    const { body, json } = sent(url, hostileMessage({ title: letter.repeat(500), lines }));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(most);
    for (const text of texts(json)) expect(text.isWellFormed()).toBe(true);
    expect(json?.blocks?.[0].text.text.length ?? 0).toBeLessThanOrEqual(150);
    expect(json?.blocks?.[1].text.text.length ?? 0).toBeLessThanOrEqual(3000);
    expect(json?.embeds?.[0].title.length ?? 0).toBeLessThanOrEqual(256);
    expect(json?.embeds?.[0].description.length ?? 0).toBeLessThanOrEqual(4096);
    expect(json?.chat_id === undefined ? 0 : json.text.length).toBeLessThanOrEqual(4096);
    if (url.includes('ntfy')) expect(Buffer.byteLength(json.message)).toBeLessThanOrEqual(4096);
  }
});

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

test.each(['javascript:alert(1)', 'https://h/ x', 'https://h/"><script>', 'https://h/|x', ''])(
  'the link %j of a job is left out: it is no web address',
  (link) => {
    expect(cleanMessage(hostileMessage({ link })).link).toBeUndefined();
  },
);
