import type { Message } from './message.ts';
import { parseTarget } from './parse-target.ts';
import type { HttpTarget, MailTarget } from './target.ts';

/** A name that is markup, a mention, a link or a header somewhere. */
export const HOSTILE =
  '<b>*[x](https://evil.example)|`~_ @everyone <!channel> <@U1> evil.example\r\nBcc: a@evil.example\u202e\u0007</b>';
/** The same as texts show it. */
export const SHOWN = HOSTILE.replace('\r\n', '\\x0d\\n').replace('\u202e', '\\u202e').replace('\u0007', '\\x07');

/** A message whose every text of others is hostile. */
export function hostileMessage(changes: Partial<Message> = {}): Message {
  return {
    event: 'failure',
    title: `PostgreSQL backup failed: '${HOSTILE}'`,
    lines: [`the server refused '${HOSTILE}'`],
    hint: `look at '${HOSTILE}'`,
    facts: [{ name: 'server', value: HOSTILE }],
    link: 'https://ci.example/jobs/1?a=1&b=2',
    at: '2026-03-01T02:17:00.000Z',
    fields: { command: 'backup', exit: 2, code: 'login-failed', names: [HOSTILE], labels: [] },
    ...changes,
  };
}

export function httpTarget(url: string): HttpTarget {
  const target = parseTarget(url);
  if ('problem' in target || target.kind === 'mail') throw new Error(JSON.stringify(target));
  return target;
}

export function mailTarget(url: string): MailTarget {
  const target = parseTarget(url);
  if ('problem' in target || target.kind !== 'mail') throw new Error(JSON.stringify(target));
  return target;
}
