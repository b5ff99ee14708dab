import { cut, cutBytes } from '../clean.ts';
import { EVENTS } from '../message.ts';
import { plainText } from '../text.ts';
import { jsonRequest, type Service } from './service.ts';

/** Of a longer message ntfy makes an attachment, bytes. */
const MESSAGE_MAX_BYTES = 4000;
const TITLE_MAX = 200;

/** ntfy, published as JSON, so that no text is a header; plain text, in which it reads no markup. */
export const ntfy: Service = {
  name: 'ntfy',
  isOwn: ({ hostname }) => hostname === 'ntfy.sh',
  problem: ({ pathname }) => (/^\/[\w-]{1,64}\/?$/.test(pathname) ? undefined : 'is not https://host/topic'),
  request: (message, { url, authorization }) => {
    const { event, title, link } = message;
    return jsonRequest(
      { url: new URL('/', url), authorization },
      {
        topic: url.pathname.replaceAll('/', ''),
        title: cut(`${EVENTS[event].sign} ${title}`, TITLE_MAX),
        message: cutBytes(plainText(message), MESSAGE_MAX_BYTES),
        priority: EVENTS[event].isUrgent ? 4 : 3,
        ...(link === undefined ? {} : { click: link }),
      },
    );
  },
};
