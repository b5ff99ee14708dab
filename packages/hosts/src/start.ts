import type { Scheme } from '@postgres-backuper/options';

/** What a first backup on a system needs to know. */
export interface StartRequest {
  /** The location of the repository, and its scheme. */
  readonly repository: string;
  readonly scheme: Scheme;
  readonly database: string;
  readonly s3Endpoint?: string | undefined;
  readonly publicKeyFile: string;
  /** The folder with the files of the program. */
  readonly program: string;
}

/** One value that a person sets in the system. */
export interface StartSetting {
  readonly name: string;
  readonly secret: boolean;
  /** The command that sets it, or its value and where to put it. */
  readonly how: string;
}

/** A first backup on a system. */
export interface Start {
  /** Paths from the root of the project, and texts. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that hold secrets once they are filled in. */
  readonly secretFiles?: readonly string[];
  readonly settings: readonly StartSetting[];
  /** What to do then, in this order: commands and sentences. */
  readonly next: readonly string[];
}

export interface StartAccess {
  readonly option: 'repository' | 's3Endpoint' | 's3AccessKey' | 's3SecretKey' | 'sftpKey' | 'sftpHostKey';
  readonly secret: boolean;
  /** Its value; of a secret, what it is. */
  readonly value: string;
}

/** What a job needs to reach a repository of that kind. */
export function accessTo({
  repository,
  scheme,
  s3Endpoint = '',
}: Pick<StartRequest, 'repository' | 'scheme' | 's3Endpoint'>): readonly StartAccess[] {
  const place = { option: 'repository', secret: false, value: repository } as const;
  if (scheme === 'file') return [place];
  if (scheme === 'sftp') {
    return [
      place,
      { option: 'sftpKey', secret: true, value: 'an SSH private key of the account' },
      { option: 'sftpHostKey', secret: false, value: 'SHA256:…' },
    ];
  }
  return [
    place,
    ...(s3Endpoint === '' ? [] : [{ option: 's3Endpoint', secret: false, value: s3Endpoint } as const]),
    { option: 's3AccessKey', secret: true, value: 'an access key that may list, read, write and delete' },
    { option: 's3SecretKey', secret: true, value: 'its secret' },
  ];
}
