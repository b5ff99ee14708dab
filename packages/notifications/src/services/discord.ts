import { cut } from '../clean.ts';
import { EVENTS } from '../message.ts';
import { detailsOf, titleOf } from '../text.ts';
import { jsonRequest, type Service } from './service.ts';

/** Limits of an embed, characters. */
const TITLE_MAX = 256;
const DESCRIPTION_MAX = 4096;

/** Discord's webhooks: an embed, whose texts are Markdown. Nobody is mentioned, whatever the texts hold. */
export const discord: Service = {
  name: 'Discord',
  isOwn: ({ hostname, pathname }) =>
    /^((ptb|canary)\.)?discord(app)?\.com$/.test(hostname) && pathname.startsWith('/api/'),
  request: (message, target) => {
    const { event, link, at } = message;
    return jsonRequest(target, {
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: fitted(titleOf(message), TITLE_MAX),
          description: fitted(detailsOf(message).join('\n'), DESCRIPTION_MAX),
          color: EVENTS[event].colour,
          timestamp: at,
          ...(link === undefined ? {} : { url: link }),
        },
      ],
    });
  },
};

/** Every sign that could be Markdown is escaped: a backslash before a sign of ASCII shows it as it is. */
function escaped(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** Cut before it is escaped, so that no escape is broken. */
function fitted(text: string, max: number): string {
  for (let length = max; length > 0; length = Math.floor(length * 0.8)) {
    const short = escaped(cut(text, length));
    if (short.length <= max) return short;
  }
  return '';
}
