// Opens a report.html as people do: node look.mjs FILE [DIRECTORY FOR SCREENSHOTS]. Prints what is wrong, and ends with
// the number of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './browser.mjs';

const [file, shots] = process.argv.slice(2);
const url = pathToFileURL(resolve(file)).href;
const wrong = [];
const check = (is, what) => { if (!is) wrong.push(what); };

const luminance = `(selector, property) => {
  const parts = getComputedStyle(document.querySelector(selector))[property].match(/[\\d.]+/g).map(Number);
  const [r, g, b] = parts.map(part => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}`;

async function contrast(page, selector, ground) {
  const [a, b] = await page.value(`[(${luminance})(${JSON.stringify(selector)}, 'color'),
    (${luminance})(${JSON.stringify(ground)}, 'backgroundColor')]`);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

async function look(browser, name, options) {
  const page = await browser.open(url, options);
  const overflow = await page.value(`document.documentElement.scrollWidth - document.documentElement.clientWidth`);
  check(overflow <= 0, `${name}: ${overflow} px too wide`);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    writeFileSync(join(shots, `${name}.png`), await page.screenshot());
  }
  return page;
}

async function colours(page, name) {
  for (const selector of ['section h2', '.quiet', '.badge', '.time', 'section a, button']) {
    if (!await page.value(`!!document.querySelector(${JSON.stringify(selector)})`)) continue;
    const ratio = await contrast(page, selector, 'section');
    check(ratio >= 4.5, `${name}: contrast of ${selector} is ${ratio.toFixed(1)}`);
  }
}

async function controls(page) {
  const shown = () => page.value(`[...document.querySelectorAll('.step')].filter(step => !step.hidden).length`);
  const all = await page.value(`document.querySelectorAll('.step').length`);
  const before = await shown();
  const own = await page.value(`document.querySelectorAll('.step.internal:not(.failed)').length`);
  check(before === all - own, `${before} of ${all} steps are shown, though ${own} are BuildKit's own`);
  await page.click('#internal');
  check(await shown() === all, 'the internal steps do not come');
  await page.click('#cached');
  check(await page.value(`[...document.querySelectorAll('.step.cached')].every(step => step.hidden)`),
    'cached steps do not go');
  await page.click('#filter');
  await page.type('no step is called this');
  check(await page.value(`document.querySelectorAll('.step:not([hidden])').length`) === 0, 'the filter filters nothing');
  check((await page.value(`document.getElementById('count').textContent`)).startsWith('0 of '), 'the count is not said');
  await page.value(`(() => { const field = document.getElementById('filter');
    field.value = ''; field.dispatchEvent(new Event('input')); })()`);
  await page.click('#unfold');
  check(await page.value(`[...document.querySelectorAll('.step details')].every(step => step.open)`), 'not all unfold');
  await page.click('#unfold');
  check(await page.value(`[...document.querySelectorAll('.step details')].every(step => !step.open)`), 'not all fold');
  const first = '.step:not([hidden]) summary';
  await page.value(`document.querySelector('${first}').focus()`);
  await page.press('Enter');
  check(await page.value(`document.querySelector('${first}').parentElement.open`), 'Enter opens no step');
}

async function copying(page) {
  await page.click('button[data-copy]');
  const wanted = await page.value(`'Copied ' + document.querySelector('button[data-copy]').dataset.copy`);
  const said = await page.value(`new Promise(resolve => setTimeout(resolve, 100)).then(
    () => document.getElementById('status').textContent)`);
  check(said === wanted, `the copy button says '${said}'`);
}

async function readers(page) {
  const nodes = await page.accessible();
  const names = role => nodes.filter(node => node.role === role).map(node => node.name);
  check(names('heading').length > 1 && names('heading').every(name => name.trim()), 'a heading without a name');
  check(names('button').every(name => name.trim()), 'a button without a name');
  check(names('searchbox').concat(names('checkbox')).every(name => name.trim()), 'a control without a name');
  check(names('table').length + names('list').length > 0, 'neither tables nor lists');
  check(names('rowheader').length > 0, 'no rows with a header');
  for (const landmark of ['banner', 'navigation', 'main']) check(names(landmark).length === 1, `no ${landmark}`);
}

// Whatever a Dockerfile says, the page holds what we put there and nothing else.
async function nothingForeign(page, name) {
  const scripts = await page.value(`document.scripts.length`);
  check(scripts === 1, `${name}: ${scripts} scripts`);
  const odd = await page.value(`[...document.querySelectorAll('img, iframe, object, embed, form, base, [style], audio')]
    .map(element => element.outerHTML.slice(0, 80)).concat([...document.querySelectorAll('*')].flatMap(element =>
      [...element.attributes].filter(one => one.name.startsWith('on')).map(one => one.name)))`);
  check(odd.length === 0, `${name}: foreign elements: ${odd.join(' ')}`);
  check(await page.value(`window.stolen === undefined`), `${name}: a foreign script ran`);
  check(page.problems.length === 0, `${name}: the console says ${page.problems.join(' | ')}`);
  const outside = page.requests.filter(request => request !== url && !request.startsWith('data:'));
  check(outside.length === 0, `${name}: it asks for ${outside.join(' ')}`);
}

const browser = await Browser.start();
try {
  const light = await look(browser, 'light', {});
  await colours(light, 'light');
  if (await light.value(`!!document.getElementById('controls')`)) await controls(light);
  if (await light.value(`!!document.querySelector('button[data-copy]')`)) await copying(light);
  await readers(light);
  await nothingForeign(light, 'light');
  const dark = await look(browser, 'dark', { scheme: 'dark' });
  await colours(dark, 'dark');
  await nothingForeign(dark, 'dark');
  const [day, night] = await Promise.all([light, dark].map(page => page.value(`(${luminance})('body', 'backgroundColor')`)));
  check(day > 0.8 && night < 0.05, `the page is ${day} bright by day and ${night} by night`);
  const phone = await look(browser, 'phone', { width: 360, height: 740 });
  await nothingForeign(phone, 'phone');
  await phone.value(`document.querySelectorAll('details').forEach(one => { one.open = true; })`);
  const wide = await phone.value(`document.documentElement.scrollWidth`);
  check(wide <= 360, `on a phone, unfolded, it is ${wide} px wide`);
  const plain = await look(browser, 'plain', { javascript: false });
  check(plain.problems.length === 0, `without scripts the console says ${plain.problems.join(' | ')}`);
} finally {
  await browser.stop();
}
for (const problem of wrong) console.error(problem);
process.exit(Math.min(wrong.length, 100));
