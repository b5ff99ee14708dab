#!/usr/bin/env python3
"""A second reader of the storage format, written from docs/format.md alone.

    reader.py list REPOSITORY
    reader.py verify REPOSITORY NAME LABEL
    reader.py export REPOSITORY NAME LABEL DIRECTORY

Needs Python 3.9, zstd, and gpg with the keys in its key ring where something is encrypted or signed. A passphrase is
that of the backup or of the private key. With a signer (fingerprint) only what it signed is read. Standard output is
JSON; what is wrong ends with status 1 and one line. `verify` unpacks below TMPDIR.
"""
import argparse, glob, hashlib, io, json, os, re, subprocess, sys, tarfile, tempfile, urllib.parse

MIB = 1 << 20
LABEL = re.compile(r'backup_\d{8}_\d{6}_[0-9a-f]{6}')
OWN_DIGEST = re.compile(rb'^  "sha256": "([0-9a-f]{64})",\n', re.M)
OTHERS = ('toc.dat', 'large-objects.dump', 'globals.sql')
CRITICAL = {'segment-ranges', 'slices'}
FOR_DIFFERENTIALS = {'index.bin', 'mark.bin'}
END = b'\\.\n\n\n'  # behind the rows in the file of a table


def need(condition, message):
    if not condition:
        raise ValueError(message)


def read_file(path, limit):
    need(os.path.getsize(path) <= limit, f'{path}: too large')
    with open(path, 'rb') as file:
        return file.read()


def run(command, content):
    """What a program prints for its input, once it ended well."""
    done = subprocess.run(command, input=content, capture_output=True)
    need(done.returncode == 0, f'{command[0]}: {" ".join(done.stderr.decode(errors="replace").split())}')
    return done.stdout


class Backup:
    def __init__(self, repository, name, label, options):
        self.name, self.label, self.options = name, label, options
        need(LABEL.fullmatch(label), f'no label: {label}')
        folder = re.sub(rb'^\.|[^A-Za-z0-9._-]', lambda byte: b'=%02X' % byte[0][0], name.encode()).decode()
        self.folder = os.path.join(repository, folder)
        path = os.path.join(self.folder, 'backups', f'{label}.json')
        self.commit = self.read_commit(path)
        if options.signer:
            self.check_signature(path)

    def read_commit(self, path):
        content = read_file(path, 8192)
        digest = hashlib.sha256(OWN_DIGEST.sub(b'', content)).hexdigest()
        need(OWN_DIGEST.findall(content) == [digest.encode()], f'{path}: damaged')
        commit = json.loads(content)
        need(commit['version'] == 1, f'{path}: of a later version')
        need(CRITICAL.issuperset(commit.get('critical', [])), f'{path}: of a later version')
        parent, stands = commit['parent'], 'parentObjects' in commit
        if commit['type'] == 'differential':
            need(stands and LABEL.fullmatch(parent) and parent != self.label, f'{path}: stands on nothing')
            need(parent[7:22] <= self.label[7:22] and not commit.get('imported'), f'{path}: stands on what is later')
        else:
            need([commit['type'], parent, stands] == ['full', None, False], f'{path}: of a later version')
        need((commit['name'], commit['label']) == (self.name, self.label), f'{path}: of another backup')
        started = re.sub(r'[-:]', '', commit['startedAt'][:19]).replace('T', '_')
        need(self.label[7:22] == started, f'{path}: its start is not that of the label')
        return commit

    def check_signature(self, path):
        signature = read_file(f'{path}.sig', 65536)
        status = run(['gpg', '--batch', '--status-fd=1', '--verify', '-', path], signature).decode(errors='replace')
        by = re.findall(r'^\[GNUPG:\] VALIDSIG (?:\S+ ){8}00 (\w+)$', status, re.M)  # 00: over a binary document
        need(self.options.signer.upper() in by, f'{path}: signed by {by}')

    def open(self, key, limit, label=None, known=None):
        """The plain content of a compressed, perhaps encrypted object whose hash was found right."""
        known = known or self.objects[key]
        content = read_file(os.path.join(self.folder, 'data', label or self.label, key), 256 * MIB)
        found = (len(content), hashlib.sha256(content).hexdigest())
        need(found == (known['sizeBytes'], known['sha256']), f'{key}: altered')
        if key.endswith('.gpg'):
            secret = self.options.passphrase_file
            loopback = ['--pinentry-mode=loopback', '--passphrase-file', secret] if secret else []
            content = run(['gpg', '--batch', '--quiet', *loopback, '--decrypt'], content)
        plain = run(['zstd', '-q', '-d', '-c'], content)
        need(len(plain) <= limit, f'{key}: too large')
        return plain

    def read_list(self):
        ending = '' if self.commit['encryption']['profile'] == 'none' else '.gpg'
        self.objects, self.segments = self.objects_of(self.label, self.commit['objects'], ending)
        need(self.commit['type'] == 'full' or not FOR_DIFFERENTIALS & set(self.objects), 'a differential with an index')
        self.parent = self.commit['parent']
        if self.parent:
            self.parents, self.below = self.objects_of(self.parent, self.commit['parentObjects'])

    def objects_of(self, label, covered, ending=None):
        """All objects of a list that `covered` is the size and SHA-256 of, and the names of the segments."""
        key = 'objects.json.zst'
        found = json.loads(self.open(key, 512 * MIB, label, covered))
        identity = [found[field] for field in ('version', 'name', 'label')]
        need(identity == [1, self.name, label], f'{key}: of another backup')
        keys = [one['key'] for one in found['objects']]
        ending = keys[0][len('catalog.json.zst'):] if ending is None else ending
        others = [f'catalog.json.zst{ending}', *(one for one in keys if one in FOR_DIFFERENTIALS)]
        segments = [f'segment-{number:08}.tar.zst{ending}' for number in range(len(keys) - len(others))]
        if label != self.label or 'segment-ranges' in self.commit.get('critical', []):  # of a parent its own commit says so
            segments = sorted({one for one in keys if re.fullmatch(rf'segment-\d{{8}}\.tar\.zst{re.escape(ending)}', one)})
        need(keys == [*others, *segments], f'{key}: other objects than a backup has')
        return {one['key']: one for one in found['objects']}, segments

    def read_catalog(self):
        key = next(iter(self.objects))
        commit, catalog = self.commit, json.loads(self.open(key, 256 * MIB))
        same = {field: catalog[field] for field in ('version', 'name', 'label')} | catalog['backup']
        need(all(commit[field] == value for field, value in same.items()), f'{key}: of another commit')
        files, tables, stored = catalog['files'], catalog['tables'], self.objects.values()
        raw_bytes, stored_bytes = (sum(one['sizeBytes'] for one in ones) for ones in (files, stored))
        counted = {'rawBytes': raw_bytes, 'storedBytes': stored_bytes, 'segments': len(self.segments)}
        counted |= {'tables': len(tables), 'rows': sum(table['rows'] for table in tables)}
        need(commit['totals'] == counted, f'{key}: the commit has other totals')
        need(all(commit[one] == len(catalog[one]) for one in ('warnings', 'exclusions')), f'{key}: of another commit')
        ids = re.findall(r'^(\d+); \d+ \d+ TABLE DATA ', catalog['dump']['list'], re.M)
        listed = sorted((int(one), f'{one}.dat') for one in ids)
        need(listed == sorted((one['dumpId'], one['file']) for one in tables), f'{key}: tables and list differ')
        told = 'slices' in commit.get('critical', [])
        need(told == any('slices' in file for file in files), f'{key}: the commit is wrong about slices')
        by_name = {file['name']: file for file in files}
        for table in tables:
            file = by_name[table['file']]
            need(len(slices_of(file)) == len(slices_of(table)), f'{file["name"]}: other slices than its table')
            for field, one, size in (('rows', table, 'rows'), ('bytes', table, 'bytes'), ('sizeBytes', file, 'sizeBytes')):
                need(one[field] == sum(slice[size] for slice in slices_of(one)), f'{file["name"]}: slices of other {field}')
        names = sorted(file['name'] for file in files if file['name'] not in OTHERS)
        need(names == sorted(name for _, name in listed), f'{key}: other files than tables')
        return catalog

    def unpack(self, directory):
        """Writes each piece at its place; every byte of a file must come from the extents of the catalog."""
        if self.parent:
            return self.join(directory)
        expected = {}
        for file in self.catalog['files']:
            open(os.path.join(directory, file['name']), 'wb').close()
            at = 0
            for name, slice in named_slices(file):
                start = at
                for segment, offset, length in slice['extents']:
                    expected[segment, f'{name}/{at - start:016}'] = file['name'], at, offset, length
                    at += length
        for number, key in enumerate(self.segments):
            plain = self.open(key, 64 * MIB)
            for piece in tarfile.open(fileobj=io.BytesIO(plain), mode='r:'):
                name, at, *extent = expected.pop((number, piece.name), (None, 0))
                need(piece.isreg() and extent == [piece.offset_data, piece.size], f'{key}: {piece.name} is not known')
                with open(os.path.join(directory, name), 'r+b') as file:
                    file.seek(at)
                    file.write(plain[piece.offset_data : piece.offset_data + piece.size])
        need(not expected, f'missing: {list(expected)}')

    def join(self, directory):
        """Of a differential: the files from their extents, in its own segments and in those of its parent."""
        plain = {}
        for file in self.catalog['files']:
            with open(os.path.join(directory, file['name']), 'wb') as joined:
                for segment, offset, length, *below in (extent for slice in slices_of(file) for extent in slice['extents']):
                    need(below in ([], [1]), f'{file["name"]}: an extent of nothing')
                    if (segment, *below) not in plain:
                        if len(plain) == 16:
                            plain.pop(next(iter(plain)))
                        label, names, known = (
                            (self.parent, self.below, self.parents) if below else (self.label, self.segments, self.objects)
                        )
                        content = self.open(names[segment], 64 * MIB, label, known[names[segment]])
                        pieces = tarfile.open(fileobj=io.BytesIO(content), mode='r:').getmembers()
                        plain[segment, *below] = content, pieces
                    content, pieces = plain[segment, *below]
                    end = offset + length
                    inside = (one.offset_data <= offset and end <= one.offset_data + one.size for one in pieces)
                    need(any(inside), f'{file["name"]}: an extent outside of the pieces')
                    joined.write(content[offset:end])

    def check_files(self, directory):
        for file in self.catalog['files']:
            path = os.path.join(directory, file['name'])
            need(os.path.getsize(path) == file['sizeBytes'], f'{path}: altered')
            at = 0
            for slice in slices_of(file):
                need(digest(path, slice['sizeBytes'], at)[0] == slice['sha256'], f'{path}: altered')
                at += slice['sizeBytes']
        for table in self.catalog['tables']:
            path = os.path.join(directory, table['file'])
            body = os.path.getsize(path) - len(END)
            with open(path, 'rb') as file:
                file.seek(max(body, 0))
                need(file.read() == END, f'{table["file"]}: incomplete')
            at = 0
            for slice in slices_of(table):
                found, told = digest(path, slice['bytes'], at), (slice['sha256'], slice['rows'])
                need(found == told, f'{table["file"]}: other rows than the catalog tells')
                at += slice['bytes']
            need(at == body, f'{table["file"]}: other rows than the catalog tells')

    def export(self, directory):
        """Nothing is in `plain` that was not found right, once this returned."""
        plain, dump = os.path.join(directory, 'plain'), os.path.join(directory, 'plain', 'dump')
        os.makedirs(dump)
        self.read_list()
        self.catalog = self.read_catalog()
        self.unpack(dump)
        self.check_files(dump)
        for name in OTHERS[1:]:
            if os.path.exists(os.path.join(dump, name)):
                os.rename(os.path.join(dump, name), os.path.join(plain, name))
        server = {field: self.catalog[field] for field in ('serverSettings', 'hbaRules') if field in self.catalog}
        if 'serverSettings' in server:
            with open(os.path.join(plain, 'server.json'), 'w', encoding='utf-8', errors='surrogateescape') as file:
                file.write(json.dumps(server, indent=2, ensure_ascii=False) + '\n')
        told = ('schema', 'table', 'rows', 'bytes', 'sha256', 'slices')
        tables = [{field: table[field] for field in told if field in table} for table in self.catalog['tables']]
        return {'name': self.name, 'label': self.label, 'objects': len(self.objects) + 1, 'tables': tables}


def slices_of(one):
    """What has a digest of its own: a file or a table, or its slices."""
    need(('sha256' in one) != ('slices' in one), 'neither whole nor in slices')
    need(len(one.get('slices', (1, 2))) > 1, 'a single slice')
    return one.get('slices', [one])


def named_slices(file):
    """The same of a file, with what their pieces are named after."""
    names = (f'{file["name"]}.{number:04}' for number in range(1, 10000))
    return zip(names, file['slices']) if 'slices' in file else [(file['name'], file)]


def digest(path, size, at=0):
    """SHA-256 and number of line feeds of `size` bytes of a file."""
    total, rows = hashlib.sha256(), 0
    with open(path, 'rb') as file:
        file.seek(at)
        while size > 0 and (chunk := file.read(min(size, MIB))):
            total.update(chunk)
            rows += chunk.count(b'\n')
            size -= len(chunk)
    return total.hexdigest(), rows


def labels(repository):
    for path in sorted(glob.glob(os.path.join(glob.escape(repository), '*', 'backups', '*.json'))):
        folder, _, file = path.split(os.sep)[-3:]
        if LABEL.fullmatch(file[:-5]):
            yield repository, urllib.parse.unquote(folder.replace('=', '%')), file[:-5]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('command', choices=('list', 'verify', 'export'))
    parser.add_argument('words', nargs='+')
    parser.add_argument('--passphrase-file')
    parser.add_argument('--signer')
    options = parser.parse_args()
    if options.command == 'list':
        return [Backup(*words, options).commit for words in labels(*options.words)]
    (*words, target) = options.words if options.command == 'export' else (*options.words, None)
    with tempfile.TemporaryDirectory(dir=target and os.path.dirname(os.path.abspath(target))) as directory:
        found = Backup(*words, options).export(directory)
        if target:
            os.rename(os.path.join(directory, 'plain'), target)
    return found


if __name__ == '__main__':
    try:
        json.dump(main(), sys.stdout, indent=2)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, tarfile.TarError) as error:
        sys.exit(f'{type(error).__name__}: {error}')
