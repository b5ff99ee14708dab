import { cutBytes } from '../clean.ts';
import { detailsOf, titleOf } from '../text.ts';
import { jsonRequest, type Service } from './service.ts';

/** Teams takes messages up to 28 KB; JSON may need several bytes for one. */
const DETAILS_MAX_BYTES = 10_000;

/**
 * Webhooks of workflows of Microsoft Teams: an adaptive card. A `TextRun` reads no Markdown, unlike a `TextBlock`, and mentions
 * need entries that the card does not have.
 */
export const teams: Service = {
  name: 'Microsoft Teams',
  isOwn: ({ hostname }) => /\.(logic\.azure\.com|api\.powerplatform\.com|webhook\.office\.com)$/.test(hostname),
  request: (message, target) => {
    const { link } = message;
    const details = cutBytes(detailsOf(message).join('\n'), DETAILS_MAX_BYTES).split('\n').filter(Boolean);
    const card = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      msteams: { width: 'Full' },
      body: [
        run({ text: titleOf(message), weight: 'bolder', size: 'medium' }),
        ...details.map((text) => run({ text })),
      ],
      ...(link === undefined ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open the job', url: link }] }),
    };
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card };
    return jsonRequest(target, { type: 'message', attachments: [attachment] });
  },
};

function run(text: { readonly text: string; readonly weight?: string; readonly size?: string }) {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', ...text }] };
}
