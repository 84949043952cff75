// engine.mjs against a server on loopback that plays the pages of releases.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const script = fileURLToPath(new URL('ci/github-action/engine.mjs', root));
const version = /^project\(polyarch VERSION ([\d.]+)/m.exec(readFileSync(new URL('CMakeLists.txt', root), 'utf8'))[1];
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const name = `polyarch-linux-${architecture}`;
const program = '#!/bin/sh\necho I am the engine\n';
const sum = (text) => createHash('sha256').update(text).digest('hex');
const page = (file) => `/me/fork/releases/download/v${version}/${file}`;

let server; // answers from `pages`: path → text, status, function of the request, or one that answers by itself
let pages;
let seen; // the requests: [path, authorization]
let cache;

before(async () => {
  server = createServer((incoming, answer) => {
    seen.push([incoming.url, incoming.headers.authorization]);
    const found = pages[incoming.url];
    if (found?.answer) return found.answer(incoming, answer);
    const body = typeof found === 'function' ? found(incoming) : found;
    answer.writeHead(typeof body === 'string' ? 200 : (body ?? 404));
    answer.end(typeof body === 'string' ? body : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'polyarch-engine-test-'));
  seen = [];
  pages = { [page(name)]: program, [page('SHA256SUMS')]: `${sum(program)}  ${name}\n` };
});
afterEach(() => rmSync(cache, { recursive: true }));

const address = () => `http://127.0.0.1:${server.address().port}`;

function find(env = {}) {
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env.PATH,
      NODE_USE_ENV_PROXY: '1',
      RUNNER_TOOL_CACHE: cache,
      GITHUB_ACTION_REPOSITORY: 'me/fork',
      GITHUB_SERVER_URL: address(),
      GITHUB_API_URL: `${address()}/api`,
      ...env,
    },
  });
  const result = { out: '', err: '' };
  child.stdout.on('data', (data) => (result.out += data));
  child.stderr.on('data', (data) => (result.err += data));
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...result, status })));
}

async function refuses(pattern, env) {
  const { status, out, err } = await find(env);
  assert.equal(status, 1);
  assert.equal(out, '');
  assert.match(err, /^::error::the engine cannot be fetched: .*%0Aset engine-path/);
  assert.match(err, pattern);
  const kept = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.deepEqual(kept, []);
}

test('fetches once, and then takes what it kept', async () => {
  const first = await find();
  assert.equal(first.status, 0, first.err);
  const path = first.out.trim();
  assert.equal(readFileSync(path, 'utf8'), program);
  assert.equal(statSync(path).mode & 0o777, 0o755);
  assert.equal(seen.length, 2);
  assert.equal((await find()).out.trim(), path);
  assert.equal(seen.length, 2);
});

test('keeps the engines of two forks apart', async () => {
  await find();
  const { status, err } = await find({ GITHUB_ACTION_REPOSITORY: 'other/fork' });
  assert.equal(status, 1);
  assert.match(err, /other\/fork.*HTTP 404/);
});

test('a wrong sum is refused', () => {
  pages[page('SHA256SUMS')] = `${sum('another')}  ${name}\n`;
  return refuses(/is not what SHA256SUMS says/);
});

test('a release without this architecture is refused', () => {
  pages[page('SHA256SUMS')] = `${sum(program)}  polyarch-linux-mips\n`;
  return refuses(new RegExp(`does not name ${name}`));
});

test('a release that is not there is refused', () => {
  pages = {};
  return refuses(new RegExp(`v${version}/${name}: HTTP 404`));
});

test('a server that is tired is asked again', async () => {
  let answers = 0;
  pages[page(name)] = () => (++answers === 1 ? 503 : program);
  const { status, err } = await find();
  assert.equal(status, 0, err);
  assert.equal(answers, 2);
});

test('the files of a private repository come through the API, with the token', async () => {
  const authorized = (body) => (incoming) => (incoming.headers.authorization === 'Bearer s3cret' ? body : 401);
  pages = {
    [`/api/repos/me/fork/releases/tags/v${version}`]: authorized(
      JSON.stringify({ assets: [{ id: 1, name }, { id: 2, name: 'SHA256SUMS' }] }),
    ),
    '/api/repos/me/fork/releases/assets/1': authorized(program),
    '/api/repos/me/fork/releases/assets/2': authorized(`${sum(program)}  ${name}\n`),
  };
  const { status, out, err } = await find({ POLYARCH_GITHUB_TOKEN: 's3cret' });
  assert.equal(status, 0, err);
  assert.equal(readFileSync(out.trim(), 'utf8'), program);
  for (const [path, authorization] of seen) assert.equal(authorization !== undefined, path.startsWith('/api/'), path);
});

// As an Enterprise Server in private mode: who is not logged in is led to a page that answers 200.
test('a page that wants a login is no engine', async () => {
  const login = (_, answer) => {
    answer.writeHead(302, { location: '/login?return_to=x' });
    answer.end();
  };
  pages = {
    [page(name)]: { answer: login },
    [page('SHA256SUMS')]: { answer: login },
    '/login?return_to=x': {
      answer(_, answer) {
        answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
        answer.end('<html>');
      },
    },
  };
  await refuses(new RegExp(`v${version}/\\S+ wants a login`));
  const token = { POLYARCH_GITHUB_TOKEN: 's3cret' };
  Object.assign(pages, {
    [`/api/repos/me/fork/releases/tags/v${version}`]: JSON.stringify({
      assets: [{ id: 1, name }, { id: 2, name: 'SHA256SUMS' }],
    }),
    '/api/repos/me/fork/releases/assets/1': program,
    '/api/repos/me/fork/releases/assets/2': `${sum(program)}  ${name}\n`,
  });
  const { status, out, err } = await find(token);
  assert.equal(status, 0, err);
  assert.equal(readFileSync(out.trim(), 'utf8'), program);
});

test('another address is taken as it is named, and its engine kept apart', async () => {
  await find();
  const other = program.replace('engine', 'mirror');
  pages = { [`/mirror/${version}/${name}`]: other, [`/mirror/${version}/SHA256SUMS`]: `${sum(other)}  ${name}\n` };
  const named = { POLYARCH_RELEASE_URL: `${address()}/mirror/{version}/`, POLYARCH_GITHUB_TOKEN: 's3cret' };
  const { status, out, err } = await find(named);
  assert.equal(status, 0, err);
  assert.equal(readFileSync(out.trim(), 'utf8'), other);
  for (const [, authorization] of seen) assert.equal(authorization, undefined);
  pages = {};
  const absent = await find({ ...named, POLYARCH_RELEASE_URL: `${address()}/nothing` });
  assert.match(absent.err, new RegExp(`nothing/${name}: HTTP 404`));
  assert.ok(seen.every(([path]) => !path.startsWith('/api/')), 'the token is not for it');
});

test('what is larger than any engine is refused at once', async () => {
  pages[page(name)] = {
    answer(_, answer) {
      answer.writeHead(200, { 'content-length': 1 << 30 });
      answer.flushHeaders();
    },
  };
  const { status, err } = await find();
  assert.equal(status, 1);
  assert.match(err, new RegExp(`v${version}/${name}: it is too large`));
  assert.equal(seen.filter(([path]) => path === page(name)).length, 1);
});

test('what has no end is refused when it is larger than any engine', async () => {
  pages[page(name)] = {
    answer(_, answer) {
      const chunk = Buffer.alloc(4 << 20);
      const send = () => {
        while (!answer.destroyed && answer.write(chunk));
      };
      answer.on('drain', send);
      send();
    },
  };
  const { status, err } = await find();
  assert.equal(status, 1);
  assert.match(err, new RegExp(`v${version}/${name}: it is too large`));
  assert.equal(seen.filter(([path]) => path === page(name)).length, 1);
});

test('goes through the proxy of the job', async () => {
  const asked = [];
  const proxy = createServer((incoming, answer) => {
    asked.push(incoming.url);
    const { pathname } = new URL(incoming.url);
    request(`${address()}${pathname}`, (found) => {
      answer.writeHead(found.statusCode);
      found.pipe(answer);
    }).end();
  });
  proxy.on('connect', (incoming, socket) => {
    asked.push(incoming.url);
    const { port } = server.address();
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { status, err } = await find({
    GITHUB_SERVER_URL: 'http://releases.invalid',
    HTTP_PROXY: `http://127.0.0.1:${proxy.address().port}`,
  });
  proxy.closeAllConnections();
  proxy.close();
  assert.equal(status, 0, err);
  assert.ok(asked.length > 0);
  for (const url of asked) assert.match(url, /releases\.invalid/);
});

test('without a repository it says so', () => refuses(/which repository/, { GITHUB_ACTION_REPOSITORY: '' }));
