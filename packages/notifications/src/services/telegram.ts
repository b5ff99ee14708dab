import { cut } from '../clean.ts';
import { detailsOf, titleOf } from '../text.ts';
import { jsonRequest, type Service } from './service.ts';

/** Limit of a message, UTF-16 units; the title and the link need a part. */
const DETAILS_MAX = 3600;
const LINK = 'open the job';

/**
 * A bot of Telegram. There is no markup to escape: parts of the text are marked by their position. Telegram looks for no
 * mention, command or link in code, so all names stand in code.
 */
export const telegram: Service = {
  name: 'Telegram',
  isOwn: ({ hostname }) => hostname === 'api.telegram.org',
  problem: ({ pathname, searchParams }) => {
    if (!/\/bot[^/]+\/sendMessage$/.test(pathname))
      return 'is not https://api.telegram.org/bot<token>/sendMessage?chat_id=<id>';
    return searchParams.get('chat_id') ? undefined : 'names no chat: add ?chat_id=<id>';
  },
  request: (message, { url: { searchParams, origin, pathname }, authorization }) => {
    const { link } = message;
    const title = titleOf(message);
    const details = cut(detailsOf(message).join('\n'), DETAILS_MAX);
    const start = title.length + 1;
    const thread = searchParams.get('message_thread_id');
    return jsonRequest(
      { url: new URL(pathname, origin), authorization },
      {
        chat_id: searchParams.get('chat_id'),
        ...(thread === null ? {} : { message_thread_id: Number(thread) }),
        text: [title, details, ...(link === undefined ? [] : [LINK])].join('\n'),
        entities: [
          { type: 'code', offset: 0, length: title.length },
          ...(details === '' ? [] : [{ type: 'pre', offset: start, length: details.length }]),
          ...(link === undefined
            ? []
            : [{ type: 'text_link', offset: start + details.length + 1, length: LINK.length, url: link }]),
        ],
        link_preview_options: { is_disabled: true },
      },
    );
  },
};
