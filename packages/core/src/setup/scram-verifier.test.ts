import { expect, test } from 'vitest';
import { scramVerifier } from './scram-verifier.ts';

test('a verifier has what the server needs and not the password', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'); // of RFC 7677
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test.each(['', 'pässword', 'line\n'])('what SASLprep might change is refused: %j', (password) => {
  expect(() => scramVerifier(password)).toThrow('not printable ASCII');
});
