// Takes down what a run left that was killed: builders that it made, and its directory with credentials. A run that
// came to its end has left none. Never fails the job.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const { STATE_directory: directory, STATE_engine: engine } = process.env;

function removeBuilders(file) {
  if (!engine || !existsSync(file)) return;
  for (const name of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { status } = spawnSync(engine, ['builder', 'remove', name], { stdio: 'inherit', timeout: 60_000 });
    if (status !== 0) console.log(`::warning::builder ${name} could not be removed`);
  }
}

function attempt(work) {
  try {
    work();
  } catch (error) {
    console.log(`::warning::cleaning up: ${error.message}`);
  }
}

if (directory) {
  attempt(() => removeBuilders(join(directory, 'builders')));
  attempt(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
}
