import { expect, test } from 'vitest';
import { parseEndpoint } from './endpoint.ts';

test('an endpoint without scheme is https, on this machine http', () => {
  expect(parseEndpoint('minio.example.com:9000').url).toBe('https://minio.example.com:9000');
  expect(parseEndpoint('localhost:9000').url).toBe('http://localhost:9000');
  expect(parseEndpoint('127.0.0.1:9000').url).toBe('http://127.0.0.1:9000');
  expect(parseEndpoint('[::1]:9000').url).toBe('http://[::1]:9000');
  expect(parseEndpoint('minio').url).toBe('https://minio');
});

test('a written scheme is kept', () => {
  expect(parseEndpoint('http://minio:9000').url).toBe('http://minio:9000');
  expect(parseEndpoint(' https://localhost:9000/ ')).toEqual({
    url: 'https://localhost:9000',
    isLoopback: true,
    isAmazon: false,
  });
});

test('a gateway may have the API under a path', () => {
  expect(parseEndpoint('https://gateway.example/storage/v1/s3/').url).toBe('https://gateway.example/storage/v1/s3');
});

test('a host that only looks like this machine is not it', () => {
  expect(parseEndpoint('localhost.example.com').url).toBe('https://localhost.example.com');
  expect(parseEndpoint('127.evil.example').isLoopback).toBe(false);
});

test("Amazon's hosts are known", () => {
  expect(parseEndpoint('s3.eu-central-1.amazonaws.com').isAmazon).toBe(true);
  expect(parseEndpoint('amazonaws.com.evil.example').isAmazon).toBe(false);
});

test('what is no endpoint is refused without repeating it', () => {
  for (const text of ['', 'ftp://minio', 'http://user:SECRET@minio', 'minio?k=SECRET', 'a b']) {
    try {
      parseEndpoint(text);
      expect.unreachable(text);
    } catch (error) {
      expect(error).toMatchObject({ code: 'configuration-invalid' });
      expect(String(error)).not.toContain('SECRET');
    }
  }
});
