import { expect, test } from 'vitest';
import { imageConfig, parseDockerfile } from './dockerfile.ts';

const TEXT = `# a comment
FROM debian:13-slim
ARG SIZE="a b"
RUN one \\
    # in its midst
    && two

env LANG=C.UTF-8 MODE="x y"
LABEL a.b="c \\"d\\"" \\
      e=f
USER 1000:1000
ENTRYPOINT ["env", "A=b", "program"]
CMD ["first"]
CMD ["second", "word"]
`;

test('comments are dropped, lines that go on are one, names are in capitals', () => {
  expect(parseDockerfile(TEXT).slice(0, 4)).toEqual([
    { name: 'FROM', text: 'debian:13-slim' },
    { name: 'ARG', text: 'SIZE="a b"' },
    { name: 'RUN', text: 'one     && two' },
    { name: 'ENV', text: 'LANG=C.UTF-8 MODE="x y"' },
  ]);
});

test('a container gets what the last instruction of a kind says, and root where none names a user', () => {
  expect(imageConfig(parseDockerfile(TEXT))).toEqual({
    from: 'debian:13-slim',
    env: { LANG: 'C.UTF-8', MODE: 'x y' },
    labels: { 'a.b': 'c "d"', e: 'f' },
    user: '1000:1000',
    workdir: '/',
    entrypoint: ['env', 'A=b', 'program'],
    cmd: ['second', 'word'],
  });
  expect(imageConfig(parseDockerfile('FROM scratch\n'))).toMatchObject({ user: '0:0', entrypoint: [], cmd: [] });
});
