/** Why a message did not arrive, and whether another attempt may help. Neither text holds a part of the URL. */
export interface SendProblem {
  readonly why: string;
  readonly hint?: string | undefined;
  readonly isTemporary: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Of the answer, if there was one. */
  readonly status?: number;
}

const WRONG_URL = 'the URL is wrong or was revoked: make a new one in the service';

/** What an answer's status means; undefined: the message arrived. */
export function statusProblem(status: number): SendProblem | undefined {
  if (status >= 200 && status < 300) return undefined;
  const why = `the server answered ${status}`;
  if (status >= 300 && status < 400)
    return {
      ...{ why, status },
      hint: 'the server redirects, which is not followed: give the address to which it redirects',
      isTemporary: false,
    };
  if ([408, 425, 429].includes(status) || status >= 500) return { why, status, isTemporary: true };
  return { why, status, hint: [401, 403, 404, 410].includes(status) ? WRONG_URL : undefined, isTemporary: false };
}

/** Codes of Node.js and of the mail library. Their own messages may hold parts of the URL. */
const CODES: Readonly<Record<string, Omit<SendProblem, 'isTemporary'>>> = {
  ENOTFOUND: { why: 'there is no host of this name', hint: 'correct the host in the URL' },
  EDNS: { why: 'there is no host of this name', hint: 'correct the host in the URL' },
  EAUTH: {
    why: 'the mail server refused the login',
    hint: 'correct user and password in the URL; special characters are written as %XX',
  },
  ETLS: {
    why: 'the mail server offers no STARTTLS',
    hint: 'use smtps://, or add tls=off for a server in a trusted network',
  },
  EENVELOPE: { why: 'the mail server refused the sender or a recipient', hint: 'correct from and to in the URL' },
  EPROTOCOL: { why: 'the answer is not that of a mail server', hint: 'correct host and port in the URL' },
  HPE_HEADER_OVERFLOW: { why: 'the headers of the answer are too large' },
  ERR_PROXY_TUNNEL: { why: 'the proxy refused the connection' },
};

const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/;
const NO_TLS = /^(ERR_SSL|EPROTO$)/;

/** Errors of Node.js, and those of the mail library, which gives the code of Node.js as well. */
interface SendError {
  readonly code?: string;
  readonly originalCode?: string;
  /** Of the mail server. */
  readonly responseCode?: number;
}

/** What an error of sending means. */
export function errorProblem(error: unknown): SendProblem {
  const { code: own, originalCode, responseCode = 0 } = (error ?? {}) as SendError;
  const code = originalCode ?? own ?? 'unknown error';
  if (NO_TLS.test(code))
    return { why: `the server speaks no TLS here (${code})`, hint: 'correct the port in the URL', isTemporary: false };
  if (UNTRUSTED.test(code))
    return {
      why: `the certificate of the server is not trusted (${code})`,
      hint: "give the certificate of the server's authority by NODE_EXTRA_CA_CERTS",
      isTemporary: false,
    };
  const known = CODES[code];
  if (known !== undefined) return { ...known, isTemporary: responseCode >= 400 && responseCode < 500 };
  if (responseCode >= 500) return { why: `the mail server answered ${responseCode}`, isTemporary: false };
  return { why: `the server could not be reached (${code})`, isTemporary: true };
}
