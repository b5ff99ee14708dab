import { expect, test } from 'vitest';
import { unmountedPoint } from './unmounted.ts';

const FSTAB = `# /etc/fstab
UUID=1 / ext4 errors=remount-ro 0 1
UUID=2 none swap sw 0 0
# UUID=9 /mnt/old ext4 defaults 0 2
UUID=3 /var ext4 defaults 0 2
  UUID=4\t/mnt/disk/  ext4 noauto,nofail 0 2
nas:/backups /mnt/my\\040nas nfs defaults 0 0
`;
const MOUNTS = '/dev/sda1 / ext4 rw 0 0\n/dev/sda3 /var ext4 rw 0 0\n';

test.each([
  ['/mnt/disk', '/mnt/disk'],
  ['/mnt/disk/backups/postgres', '/mnt/disk'],
  ['/mnt/my nas/postgres', '/mnt/my nas'],
  ['/mnt/diskette', undefined],
  ['/mnt/old/backups', undefined],
  ['/var/backups', undefined],
  ['/none', undefined],
  ['/srv', undefined],
])('%s lies below %s, which is not mounted', (directory, point) => {
  expect(unmountedPoint(directory, { fstab: FSTAB, mounts: MOUNTS })).toBe(point);
});

test.each(['/dev/sdb1 /mnt/disk ext4 rw 0 0', 'systemd-1 /mnt/disk autofs rw,fd=29 0 0'])(
  '%s is a mounted disk',
  (line) => {
    expect(unmountedPoint('/mnt/disk/backups', { fstab: FSTAB, mounts: `${MOUNTS}${line}\n` })).toBeUndefined();
  },
);

test('what is mounted between the mount point and the directory holds it', () => {
  const mounts = `${MOUNTS}/dev/sdb1 /mnt/disk/backups ext4 rw 0 0\n`;
  expect(unmountedPoint('/mnt/disk/backups/postgres', { fstab: FSTAB, mounts })).toBeUndefined();
  expect(unmountedPoint('/mnt/disk/other', { fstab: FSTAB, mounts })).toBe('/mnt/disk');
});

test('what cannot be read, or lacks the root, says nothing', () => {
  expect(unmountedPoint('/mnt/disk', { fstab: FSTAB, mounts: '' })).toBeUndefined();
  expect(unmountedPoint('/mnt/disk', { fstab: FSTAB, mounts: '/dev/sda3 /var ext4 rw 0 0\n' })).toBeUndefined();
  expect(unmountedPoint('/mnt/disk', { fstab: '', mounts: '' })).toBeUndefined();
});
