import type { HbaRule, ServerSetting } from '@postgres-backuper/format';

/** A row of pg_settings. */
export interface FoundSetting extends Omit<ServerSetting, 'value'> {
  readonly value: string;
  /** `bool`, `enum`, `integer`, `real` or `string`: only the last can hold a secret. */
  readonly type: string;
}

/** Connection strings and commands: both are written with passwords in them. */
const MAY_HOLD_SECRET = /_conninfo$|_command$|passw|passphrase|secret|token|credential|api_?key/i;
/** In a value: `password=…`, or a URL with one. */
const LOOKS_SECRET = /passw(or)?d\s*=|:\/\/[^\s/@]*:[^\s/@]*@/i;

/** The value is null where it may hold a secret; a text of an extension always may. */
export function withoutSecret({ name, value, type, source, file }: FoundSetting): ServerSetting {
  const isHeldBack = type === 'string' && value !== '' && mayHoldSecret(name, value);
  return { name, value: isHeldBack ? null : value, source, file };
}

function mayHoldSecret(name: string, value: string): boolean {
  return name.includes('.') || MAY_HOLD_SECRET.test(name) || LOOKS_SECRET.test(value);
}

/** The options of pg_hba.conf that are no secret; the values of others, such as ldapbindpasswd, are held back. */
const PLAIN_OPTIONS = new Set(
  `map clientcert clientname krb_realm include_realm compat_realm upn_username pamservice pam_use_hostname
   ldapserver ldapport ldaptls ldapscheme ldapprefix ldapsuffix ldapbasedn ldapbinddn ldapsearchattribute ldapsearchfilter
   radiusservers radiusports radiusidentifiers issuer scope validator delegate_ident_mapping`.split(/\s+/),
);

/** An option without its value ends with `=`. */
export function withoutSecrets(rule: HbaRule): HbaRule {
  return { ...rule, options: rule.options.map(plainOption) };
}

function plainOption(option: string): string {
  const end = option.indexOf('=');
  const name = end < 0 ? '' : option.slice(0, end);
  return PLAIN_OPTIONS.has(name) && !LOOKS_SECRET.test(option.slice(end)) ? option : `${name}=`;
}
