// Prints the path of the engine that is of one version with this action: from the runner's tool cache, or else fetched
// from the release of the repository that the action comes from, or from the address that is named, and checked against the
// release's SHA256SUMS.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { env } = process;
const largest = 256 << 20;
const patience = 300_000; // milliseconds, for one file
const attempts = 4;

const sources = readFileSync(new URL('../../CMakeLists.txt', import.meta.url), 'utf8');
const version = /^project\(polyarch VERSION ([\d.]+)/m.exec(sources)[1];
const repository = env.POLYARCH_REPOSITORY || env.GITHUB_ACTION_REPOSITORY || env.GITHUB_REPOSITORY;
const server = env.GITHUB_SERVER_URL || 'https://github.com';
const api = env.GITHUB_API_URL || 'https://api.github.com';
const token = env.POLYARCH_GITHUB_TOKEN;
const named = env.POLYARCH_RELEASE_URL?.trim().replaceAll('{version}', version).replace(/\/+$/, '');

class Refusal extends Error {} // that asking again does not change
class Absent extends Refusal {}

// Its body must not be read whole before it is known to be small enough, nor the page of a login be taken for a file: an
// Enterprise Server in private mode leads there who has none, and answers 200.
function check(url, answer) {
  if (answer.status === 404) throw new Absent(`${url}: HTTP 404`);
  if (!answer.ok && answer.status < 500 && answer.status !== 429) throw new Refusal(`${url}: HTTP ${answer.status}`);
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  if (answer.headers.get('content-type')?.startsWith('text/html')) throw new Absent(`${url} wants a login`);
  if (Number(answer.headers.get('content-length')) > largest) throw new Refusal(`${url}: it is too large`);
}

// Who sends in chunks need not say how much will come.
async function body(url, answer) {
  const parts = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > largest) throw new Refusal(`${url}: it is too large`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function get(url, headers = {}) {
  for (let attempt = 1; ; ++attempt) {
    let answer;
    try {
      answer = await fetch(url, { headers, signal: AbortSignal.timeout(patience) });
      check(url, answer);
      return await body(url, answer);
    } catch (error) {
      await answer?.body?.cancel().catch(() => {}); // else we stay until it has come
      if (error instanceof Refusal) throw error;
      const reason = error.cause?.message ?? error.message;
      if (attempt === attempts) throw new Error(reason.startsWith(url) ? reason : `${url}: ${reason}`);
    }
    await sleep(500 * 2 ** attempt);
  }
}

// A private repository shows the files of its releases through the API only, and to those who have a token.
async function download(name) {
  if (named) return get(`${named}/${name}`);
  try {
    return await get(`${server}/${repository}/releases/download/v${version}/${name}`);
  } catch (error) {
    if (!(error instanceof Absent) || !token) throw error;
    const authorization = `Bearer ${token}`;
    const release = await get(`${api}/repos/${repository}/releases/tags/v${version}`, { authorization });
    const asset = JSON.parse(release).assets.find((one) => one.name === name);
    if (!asset) throw error;
    return get(`${api}/repos/${repository}/releases/assets/${asset.id}`, {
      authorization,
      accept: 'application/octet-stream',
    });
  }
}

async function fetchEngine(name, path) {
  const [program, sums] = await Promise.all([download(name), download('SHA256SUMS')]);
  const wanted = sums.toString().split('\n').find((line) => line.endsWith(` ${name}`) || line.endsWith(`*${name}`));
  const digest = createHash('sha256').update(program).digest('hex');
  if (!wanted) throw new Error(`SHA256SUMS of v${version} does not name ${name}`);
  if (wanted.split(' ')[0] !== digest) throw new Error(`${name} of v${version} is not what SHA256SUMS says`);
  const part = `${path}.${process.pid}`;
  writeFileSync(part, program);
  chmodSync(part, 0o755);
  renameSync(part, path);
}

async function main() {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (process.platform !== 'linux' || !architecture) {
    throw new Error(`there is no engine for ${process.platform}/${process.arch}: use a Linux runner, x64 or arm64`);
  }
  if (!named && !repository) throw new Error('nothing says which repository this action comes from');
  const cache = env.RUNNER_TOOL_CACHE || env.RUNNER_TEMP;
  const origin = named ? createHash('sha256').update(named).digest('hex').slice(0, 16) : repository.replaceAll('/', '-');
  const directory = join(cache, 'polyarch', origin, version, process.arch);
  const path = join(directory, 'polyarch');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(path)) await fetchEngine(`polyarch-linux-${architecture}`, path);
  console.log(path);
}

try {
  await main();
} catch (error) {
  const reason = error.message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  console.error(`::error::the engine cannot be fetched: ${reason}%0Aset engine-path to one that is there`);
  process.exitCode = 1;
}
