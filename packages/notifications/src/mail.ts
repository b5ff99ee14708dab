import type { Transporter } from 'nodemailer';
import { htmlText } from './html.ts';
import type { Message } from './message.ts';
import type { MailTarget } from './target.ts';
import { plainText, titleOf } from './text.ts';

/** Longest silence of the server, milliseconds. */
const SILENCE_MS = 10_000;

/**
 * Sends a mail with a text and an HTML part. A server with STARTTLS must offer it, and every certificate is checked.
 * Errors: those of the mail library; the signal's reason.
 */
export async function sendMail(
  message: Message,
  target: MailTarget,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const transport = await openTransport(target);
  const abort = (): void => transport.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      transport.sendMail(mailOf(message, target)).then(() => resolve(), reject);
    });
  } finally {
    signal.removeEventListener('abort', abort);
    transport.close();
  }
}

/** Loads the library only here, so that runs without mail never load it. */
async function openTransport({ host, port, encryption, user, password }: MailTarget): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    ...{ host, port, secure: encryption === 'tls' },
    ...(encryption === 'starttls' ? { requireTLS: true } : encryption === 'off' ? { ignoreTLS: true } : {}),
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...{ connectionTimeout: SILENCE_MS, greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}

/** Addresses are objects, so that none is parsed as a list; the library folds and encodes headers. */
function mailOf(message: Message, { from, to }: MailTarget) {
  return {
    from: { name: 'postgres-backuper', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: titleOf(message),
    text: plainText(message),
    html: htmlText(message),
    date: new Date(message.at),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}
