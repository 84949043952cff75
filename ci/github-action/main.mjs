// Hands the action's inputs to the engine as POLYARCH_* variables, and runs it. No behaviour lives here.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const renamed = { IMAGE: 'QEMU_IMAGE', ENDPOINT: 'BUILDER' }; // as setup-qemu-action and setup-buildx-action call them
const { env } = process;

// What the engine puts into $TMPDIR, credentials among it, is under our eyes: post.mjs removes it, come what may.
const directory = mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), 'polyarch-'));
const engineEnv = { ...env, TMPDIR: directory };

for (const [name, value] of Object.entries(env)) {
  if (!name.startsWith('INPUT_')) continue;
  delete engineEnv[name];
  if (value.trim() === '') continue;
  const input = name.slice('INPUT_'.length).replaceAll('-', '_');
  engineEnv[`POLYARCH_${renamed[input] ?? input}`] = value;
}
engineEnv.POLYARCH_REPORT_DIR ??= join(directory, 'report');
engineEnv.POLYARCH_BUILDERS_FILE = join(directory, 'builders');

function findEngine() {
  const named = engineEnv.POLYARCH_ENGINE_PATH || env.POLYARCH_ENGINE;
  if (named) return named;
  const script = fileURLToPath(new URL('engine.mjs', import.meta.url));
  const found = spawnSync(process.execPath, [script], {
    env: { ...engineEnv, NODE_USE_ENV_PROXY: '1' }, // read when Node starts, so it takes a process of its own
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return found.status === 0 ? found.stdout.toString().trim() : undefined;
}

function run(engine) {
  const child = spawn(engine, ['build'], { env: engineEnv, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.log(`::error::the engine does not start: ${error.message}; is engine-path right?`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

// Each as soon as it is known: a job may be killed while the engine is fetched.
function keep(name, value) {
  if (env.GITHUB_STATE) appendFileSync(env.GITHUB_STATE, `${name}=${value}\n`);
}

keep('directory', directory);
const engine = findEngine();
keep('engine', engine ?? '');
if (engine) run(engine);
else process.exitCode = 1;
