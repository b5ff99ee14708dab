import { createHmac } from 'node:crypto';
import { jsonRequest, type Service } from './service.ts';

/** The header with the HMAC of the body. */
export const SIGNATURE_HEADER = 'x-postgres-backuper-signature';

/** A web address of the user's own: JSON, signed where the URL has a fragment. docs/notifications.md describes it. */
export const webhook: Service = {
  name: 'webhook',
  isOwn: () => true,
  request: (message, target) => {
    const { event, title, lines, hint, facts, link, at, fields } = message;
    const described = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
    const request = jsonRequest(target, {
      version: 1,
      event,
      at,
      title,
      problems: lines,
      hint: hint ?? null,
      job: link ?? null,
      facts: described,
      ...fields,
    });
    return { ...request, headers: { ...request.headers, ...signature(request.body, target.key) } };
  },
};

function signature(body: string, key: string | undefined): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  return { [SIGNATURE_HEADER]: `sha256=${createHmac('sha256', key).update(body).digest('hex')}` };
}
