// The lines of shell that fetch the engine, in two shells with two programs that fetch, from a server on loopback.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const script = readFileSync(new URL('ci/jenkins/resources/polyarch/engine.sh', root), 'utf8');
const version = /^project\(polyarch VERSION ([\d.]+)/m.exec(readFileSync(new URL('CMakeLists.txt', root), 'utf8'))[1];
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const name = `polyarch-linux-${architecture}`;
const program = '#!/bin/sh\necho I am the engine\n';
const sum = (text) => createHash('sha256').update(text).digest('hex');

let server; // answers from `pages`: path → text
let pages;
let seen;
let directory;

before(async () => {
  server = createServer((incoming, answer) => {
    seen.push(incoming.url);
    const body = pages[incoming.url.replace('http://release.invalid', '')];
    answer.writeHead(body === undefined ? 404 : 200);
    answer.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'polyarch-script-test-'));
  seen = [];
  pages = { [`/v${version}/${name}`]: program, [`/v${version}/SHA256SUMS`]: `${sum('other')}  other\n${sum(program)} *${name}\n` };
});
afterEach(() => rmSync(directory, { recursive: true }));

const address = () => `http://127.0.0.1:${server.address().port}`;

// Small images have nothing but busybox.
function busybox() {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const names = 'sh sed cut mktemp mkdir mv rm chmod sleep uname wget sha256sum'.split(' ');
  for (const applet of names) spawnSync('ln', ['-sf', '/bin/busybox', join(bin, applet)]);
  return { shell: join(bin, 'sh'), PATH: bin };
}
const systems = { 'dash and curl': () => ({ shell: '/bin/sh', PATH: '/usr/bin:/bin' }), busybox };

// Not while this process waits: it is the server.
function run(system, env = {}) {
  const { shell, PATH } = system();
  const child = spawn(shell, ['-xe', '-c', `${script}polyarch build`], {
    env: { PATH, HOME: directory, POLYARCH_RELEASE_URL: `${address()}/v{version}`, ...env },
  });
  const result = { out: '', err: '' };
  child.stdout.on('data', (text) => (result.out += text));
  child.stderr.on('data', (text) => (result.err += text));
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...result, status })));
}

const kept = () => readdirSync(join(directory, '.cache/polyarch'));

for (const [system, of] of Object.entries(systems)) {
  test(`${system}: fetched, checked and kept`, async () => {
    const first = await run(of);
    assert.deepEqual([first.out, first.status], ['I am the engine\n', 0], first.err);
    assert.equal(seen.length, 2);
    assert.equal((await run(of)).out, 'I am the engine\n');
    assert.equal(seen.length, 2, 'it was kept');
    assert.equal(kept().length, 1, 'and nothing else');
    assert.doesNotMatch(first.err, /polyarch_get/, 'Jenkins traces its shells');
  });

  test(`${system}: what is not as SHA256SUMS says is refused`, async () => {
    pages[`/v${version}/${name}`] += 'more\n';
    const result = await run(of);
    assert.equal(result.status, 1);
    assert.equal(result.out, '');
    assert.match(result.err, new RegExp(`polyarch: ${address()}/v${version}/${name} is not what SHA256SUMS says`));
    assert.deepEqual(kept(), []);
    pages[`/v${version}/SHA256SUMS`] = `${sum('other')}  other\n`;
    assert.match((await run(of)).err, /is not what SHA256SUMS says/, 'and so is what it does not name');
  });

  test(`${system}: an address that has nothing is named`, async () => {
    pages = {};
    const result = await run(of);
    assert.equal(result.status, 1);
    assert.match(result.err, new RegExp(`the engine cannot be fetched: ${address()}/v${version}/${name}`));
  });

  test(`${system}: through the proxy`, async () => {
    const env = { POLYARCH_RELEASE_URL: `http://release.invalid/v${version}`, http_proxy: address() };
    const result = await run(of, env);
    assert.equal(result.out, 'I am the engine\n', result.err);
    assert.equal(seen[0], `http://release.invalid/v${version}/${name}`);
  });

  test(`${system}: an engine that is there is used`, async () => {
    const { PATH } = of();
    const bin = join(directory, 'own');
    mkdirSync(bin);
    writeFileSync(join(bin, 'polyarch'), '#!/bin/sh\necho own\n');
    chmodSync(join(bin, 'polyarch'), 0o755);
    assert.equal((await run(of, { PATH: `${bin}:${PATH}`, POLYARCH_RELEASE_URL: '' })).out, 'own\n');
    assert.equal(seen.length, 0);
  });

  test(`${system}: without an address it says what is missing`, async () => {
    const result = await run(of, { POLYARCH_RELEASE_URL: '' });
    assert.equal(result.status, 1);
    assert.match(result.err, /there is no engine here: put it on the PATH, or name the address of its release/);
  });
}
