import { cut } from '../clean.ts';
import { detailsOf, titleOf } from '../text.ts';
import { jsonRequest, type Service } from './service.ts';

/** Limits of Block Kit, characters. */
const HEADER_MAX = 150;
const SECTION_MAX = 3000;

/**
 * Slack's incoming webhooks. Names stand in `plain_text`, where Slack reads no markup and no mention; in the fallback text for
 * notices of a phone `&`, `<` and `>` are escaped, without which nothing mentions or links.
 */
export const slack: Service = {
  name: 'Slack',
  isOwn: ({ hostname }) => /^hooks\.slack(-gov)?\.com$/.test(hostname),
  request: (message, target) => {
    const { link } = message;
    const details = detailsOf(message).join('\n');
    return jsonRequest(target, {
      text: escaped(titleOf(message)),
      mrkdwn: false,
      unfurl_links: false,
      blocks: [
        { type: 'header', text: plain(titleOf(message), HEADER_MAX) },
        ...(details === '' ? [] : [{ type: 'section', text: plain(details, SECTION_MAX) }]),
        ...(link === undefined
          ? []
          : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${escaped(link)}|the job>` }] }]),
      ],
    });
  },
};

function plain(text: string, max: number) {
  return { type: 'plain_text', text: cut(text, max), emoji: false };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
