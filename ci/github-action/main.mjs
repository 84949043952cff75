// Hands the action's inputs to the engine as POLYARCH_* variables, and the engine's outputs back. No behaviour lives here.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'INPUT_';
const secrets = ['SECRETS', 'GITHUB-TOKEN', 'REGISTRY-AUTH'];
const { env } = process;

const directory = mkdtempSync(join(env.RUNNER_TEMP ?? tmpdir(), 'polyarch-'));
const childEnv = { ...env, POLYARCH_RESULT_FILE: join(directory, 'result.txt') };

function mask(text) {
  for (const line of text.split(/\r?\n/)) {
    const value = line.slice(line.indexOf('=') + 1).trim();
    if (value) console.log(`::add-mask::${value.replaceAll('%', '%25')}`);
  }
}

for (const [name, value] of Object.entries(env)) {
  if (!name.startsWith(prefix) || value.trim() === '') continue;
  const input = name.slice(prefix.length);
  if (secrets.includes(input)) mask(value);
  delete childEnv[name];
  childEnv[`POLYARCH_${input.replaceAll('-', '_')}`] = value;
}
childEnv.POLYARCH_REPORT_DIR ??= join(directory, 'report');
if (env.GITHUB_STATE) appendFileSync(env.GITHUB_STATE, `directory=${directory}\n`);

function copy(from, to) {
  if (to && existsSync(from)) appendFileSync(to, readFileSync(from));
}

function finish(code) {
  copy(childEnv.POLYARCH_RESULT_FILE, env.GITHUB_OUTPUT);
  copy(join(childEnv.POLYARCH_REPORT_DIR, 'report.md'), env.GITHUB_STEP_SUMMARY);
  process.exitCode = code;
}

const engine = childEnv.POLYARCH_ENGINE_PATH ?? env.POLYARCH_ENGINE ?? 'polyarch';
const child = spawn(engine, ['build'], { env: childEnv, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.log(`::error::the engine does not start: ${error.message}; set engine-path, or put polyarch on the PATH`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]));
