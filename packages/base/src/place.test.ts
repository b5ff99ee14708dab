import { expect, test } from 'vitest';
import { locationOf, placeOf } from './place.ts';

test.each([
  { repository: '/var/backups at https://home' },
  { repository: 'sftp://backup@host/srv' },
  { repository: 's3://bucket/path' },
  { repository: 's3://bucket/path', endpoint: 'https://s3.example.com:9000' },
  { repository: 's3://bucket/meet at http://noon', endpoint: 'http://[::1]:9000' },
])('a place is what its location says: $repository $endpoint', (place) => {
  expect(placeOf(locationOf(place))).toEqual(place);
});
