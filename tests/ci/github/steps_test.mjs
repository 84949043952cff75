// main.mjs and post.mjs, as the runner calls them, with a shell script in the engine's place.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = (name) => fileURLToPath(new URL(`../../../ci/github-action/${name}`, import.meta.url));

let work;
let env;
let engine;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'polyarch-steps-test-'));
  engine = join(work, 'engine');
  for (const name of ['temp', 'cache']) mkdirSync(join(work, name));
  env = {
    PATH: process.env.PATH,
    RUNNER_TEMP: join(work, 'temp'),
    RUNNER_TOOL_CACHE: join(work, 'cache'),
    GITHUB_STATE: join(work, 'state'),
    'INPUT_ENGINE-PATH': engine,
  };
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function engineIs(lines) {
  writeFileSync(engine, `#!/bin/sh\n${lines}\n`);
  chmodSync(engine, 0o755);
}
const run = (name, more = {}) =>
  spawnSync(process.execPath, [script(name)], { env: { ...env, ...more }, encoding: 'utf8', timeout: 30_000 });

// What the runner hands from main to post.
function state() {
  const lines = readFileSync(env.GITHUB_STATE, 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [`STATE_${line.split('=')[0]}`, line.slice(line.indexOf('=') + 1)]));
}
const left = () => readdirSync(join(work, 'temp'));

test('inputs become variables, and the names of the other actions those of the engine', () => {
  engineIs('env > "$POLYARCH_REPORT_DIR.env"; exit 7');
  const inputs = { 'INPUT_BUILD-ARGS': 'A=1\nB=$2', INPUT_IMAGE: 'q', INPUT_ENDPOINT: 'tcp://b:1', INPUT_TARGET: ' \n' };
  assert.equal(run('main.mjs', inputs).status, 7);
  const seen = readFileSync(join(state().STATE_directory, 'report.env'), 'utf8');
  assert.match(seen, /^POLYARCH_BUILD_ARGS=A=1\nB=\$2$/m);
  assert.match(seen, /^POLYARCH_QEMU_IMAGE=q$/m);
  assert.match(seen, /^POLYARCH_BUILDER=tcp:\/\/b:1$/m);
  assert.doesNotMatch(seen, /INPUT_|POLYARCH_TARGET/);
  assert.match(seen, new RegExp(`^TMPDIR=${state().STATE_directory}$`, 'm'));
});

test('a killed engine, and one that does not start, are red', () => {
  engineIs('kill -9 $$');
  assert.equal(run('main.mjs').status, 137);
  rmSync(engine);
  const { status, stdout } = run('main.mjs');
  assert.equal(status, 1);
  assert.match(stdout, /::error::the engine does not start: .*ENOENT/);
});

test('post knows the directory though the job was killed while the engine was fetched', async () => {
  const server = createServer(() => {}); // never answers
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const asked = new Promise((resolve) => server.once('request', resolve));
  const child = spawn(process.execPath, [script('main.mjs')], {
    env: {
      ...env,
      'INPUT_ENGINE-PATH': '',
      GITHUB_ACTION_REPOSITORY: 'me/fork',
      GITHUB_SERVER_URL: `http://127.0.0.1:${server.address().port}`,
    },
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await asked;
  process.kill(-child.pid, 'SIGKILL');
  await ended;
  server.closeAllConnections();
  server.close();
  assert.equal(left().length, 1);
  assert.equal(run('post.mjs', state()).status, 0);
  assert.deepEqual(left(), []);
});

test('post removes what the engine made, and the directory', () => {
  engineIs('printf "one\\ntwo\\n" > "$POLYARCH_BUILDERS_FILE"');
  run('main.mjs');
  engineIs(`echo "$@" >> ${join(work, 'calls')}`);
  assert.equal(run('post.mjs', state()).status, 0);
  assert.equal(readFileSync(join(work, 'calls'), 'utf8'), 'builder remove one\nbuilder remove two\n');
  assert.deepEqual(left(), []);
});

test('post never fails, and never leaves the directory', () => {
  const faults = {
    'an engine that fails': () => engineIs('exit 1'),
    'an engine that is gone': () => rmSync(engine),
    'a list that cannot be read': ({ STATE_directory }) => {
      rmSync(join(STATE_directory, 'builders'));
      mkdirSync(join(STATE_directory, 'builders'));
    },
    'no directory': ({ STATE_directory }) => rmSync(STATE_directory, { recursive: true }),
  };
  for (const [name, make] of Object.entries(faults)) {
    rmSync(env.GITHUB_STATE, { force: true });
    engineIs('echo one > "$POLYARCH_BUILDERS_FILE"');
    run('main.mjs');
    make(state());
    const { status, stderr } = run('post.mjs', state());
    assert.equal(status, 0, `${name}: ${stderr}`);
    assert.deepEqual(left(), [], name);
  }
  assert.equal(run('post.mjs').status, 0, 'main never began');
});
