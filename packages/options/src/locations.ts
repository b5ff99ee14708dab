import { say } from '@postgres-backuper/base';

/** How a location of one kind of repository is written. */
interface LocationForm {
  /** For texts, e.g. `s3://bucket/prefix`. */
  readonly example: string;
  /** The user in it is an address, and no secret. */
  readonly showsUser?: true;
  /** Where credentials in it belong: a phrase that follows the name of the option. */
  readonly refusal?: string;
}

/** Every kind of repository, by the scheme of its locations. */
export const LOCATIONS = {
  file: { example: 'a directory, file:///directory' },
  s3: {
    example: 's3://bucket/prefix',
    refusal: `holds keys: set ${say.option('s3AccessKey')} and ${say.option('s3SecretKey')} instead`,
  },
  sftp: {
    example: 'sftp://user@host/path',
    showsUser: true,
    refusal: `holds a password: set ${say.option('sftpPassword')} instead`,
  },
} as const satisfies Record<string, LocationForm>;

export type Scheme = keyof typeof LOCATIONS;

const FORMS: readonly (readonly [scheme: string, LocationForm])[] = Object.entries(LOCATIONS);

/** `a directory, file:///directory, s3://bucket/prefix or …` */
export const LOCATION_EXAMPLES = FORMS.map(([, { example }]) => example)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

const ADDRESSES = FORMS.filter(([, { showsUser }]) => showsUser).map(([scheme]) => scheme);
const ADDRESS = new RegExp(`^(?:${ADDRESSES.join('|')})://[^/\\s:@]+@(?![^/\\s]*@)`, 'i');

/** The text without the user of a location that shows it. */
export function withoutAddressUser(text: string): string {
  return text.replace(ADDRESS, '');
}

/** Where the credentials in a location belong; undefined: it is not a location that takes any. */
export function locationRefusal(text: string): string | undefined {
  const [, scheme = ''] = /^([^:]*):/.exec(text) ?? [];
  return FORMS.find(([one]) => one === scheme.toLowerCase())?.[1].refusal;
}
