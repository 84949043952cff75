// Removes what main.mjs put into the runner's temporary directory.
import { rmSync } from 'node:fs';

const directory = process.env.STATE_directory;
if (directory) rmSync(directory, { recursive: true, force: true });
