/** The services that take a message by HTTP. */
export type HttpKind = 'slack' | 'teams' | 'discord' | 'telegram' | 'ntfy' | 'heartbeat' | 'webhook';

/** Where a message goes by HTTP. Everything but `shown` may be a secret. */
export interface HttpTarget {
  readonly kind: HttpKind;
  /** Without user, password and fragment. */
  readonly url: URL;
  /** The header `Authorization`. */
  readonly authorization?: string | undefined;
  /** The key of the signature of a webhook. */
  readonly key?: string | undefined;
  /** For people, e.g. `Slack at hooks.slack.com`. */
  readonly shown: string;
}

/** A mail server and who gets the mail. Everything but `shown` may be a secret. */
export interface MailTarget {
  readonly kind: 'mail';
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: after a plain greeting, required; `off`: never. */
  readonly encryption: 'tls' | 'starttls' | 'off';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly shown: string;
}

export type Target = HttpTarget | MailTarget;
