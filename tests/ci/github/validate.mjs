// Holds files to GitHub's own language service: `validate.mjs PACKAGES ACTION FILE…`. Steps that use OWNER/polyarch are
// held to the inputs of ACTION; in Markdown, the blocks that are whole workflows are looked at. Prints what it finds.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, action, ...files] = process.argv.slice(2);
// The packages are written for bundlers, which read JSON without being told that it is that.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const load = (path) => import(pathToFileURL(resolve(packages, path)));
const { registerLogger, validate } = await load('@actions/languageservice/dist/index.js');
const { TextDocument } = await load('vscode-languageserver-textdocument/lib/esm/main.js');
const { parse } = (await load('yaml/dist/index.js')).default;

let findings = 0;
function found(text) {
  console.log(text);
  ++findings;
}

const metadata = parse(readFileSync(action, 'utf8'));
const config = {
  actionsMetadataProvider: {
    fetchActionMetadata: async (reference) => (reference.name === 'polyarch' ? metadata : undefined),
  },
};
// The service says of its own faults there, and finds nothing.
registerLogger({ error: found, warn: found, info() {}, log() {} });

function documents(file) {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.md')) return [[file, text]];
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].filter(([, block]) => /^jobs:/m.test(block));
  return blocks.map(([, block], number) => [
    `${file}-${number + 1}.yml`,
    /^on:/m.test(block) ? block : `on: push\n${block}`,
  ]);
}

for (const [name, text] of files.flatMap(documents)) {
  const document = TextDocument.create(pathToFileURL(resolve(name)).href, 'yaml', 1, text);
  for (const { message, range } of await validate(document, config)) {
    if (message.startsWith('Unable to resolve action')) continue; // there is no network
    found(`${name}:${range.start.line + 1}: ${message}`);
  }
}
process.exitCode = findings ? 1 : 0;
