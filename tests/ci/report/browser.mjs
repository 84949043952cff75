// Headless Chromium over the DevTools protocol on a pair of pipes: Node's own modules are all that this needs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 120_000; // a page of ours takes a second; a busy machine may take a minute

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.profile = mkdtempSync(join(tmpdir(), 'polyarch-browser-'));
    browser.process = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
      '--disable-background-networking', '--disable-dev-shm-usage', '--disable-extensions', '--force-color-profile=srgb',
      '--host-resolver-rules=MAP * ~NOTFOUND', '--remote-debugging-pipe', `--user-data-dir=${browser.profile}`,
      'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true });
    browser.waiting = new Map();
    browser.listeners = [];
    browser.next = 0;
    browser.process.on('exit', () => browser.fail(new Error('the browser ended')));
    browser.process.on('error', error => browser.fail(error));
    browser.listen();
    return browser;
  }

  listen() {
    let text = '';
    this.process.stdio[4].setEncoding('utf8').on('data', data => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      for (const message of messages) this.receive(JSON.parse(message));
    });
  }

  receive(message) {
    if (!message.id) return this.listeners.forEach(listener => listener(message));
    const { resolve, reject } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }

  fail(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), patience);
      const done = then => value => { clearTimeout(timer); then(value); };
      this.waiting.set(id, { resolve: done(resolve), reject: done(reject) });
      this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    });
  }

  async open(url, { width = 1280, height = 900, scheme = 'light', javascript = true } = {}) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Accessibility']) await page.send(`${domain}.enable`);
    await page.send('Emulation.setDeviceMetricsOverride',
      { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    if (!javascript) await page.send('Emulation.setScriptExecutionDisabled', { value: true });
    const loaded = page.event('Page.loadEventFired');
    await page.send('Page.navigate', { url });
    await loaded;
    return page;
  }

  // With its children, which write to the profile for a moment longer than the browser itself.
  async stop() {
    const signal = what => {
      try {
        return process.kill(-this.process.pid, what);
      } catch {
        return false; // nobody is left
      }
    };
    signal('SIGKILL');
    for (let waits = 0; waits < 500 && signal(0); ++waits) await sleep(10); // what nobody reaps stays a zombie
    rmSync(this.profile, { recursive: true, force: true });
  }
}

class Page {
  constructor(browser, session, target) {
    Object.assign(this, { browser, session, target, problems: [], requests: [] });
    browser.listeners.push(message => { if (message.sessionId === session) this.note(message); });
  }

  // What a person would see in red in the console, and what left the page.
  note({ method, params }) {
    if (method === 'Runtime.exceptionThrown') this.problems.push(params.exceptionDetails.exception?.description);
    if (method === 'Runtime.consoleAPICalled') this.problems.push(JSON.stringify(params.args));
    if (method === 'Log.entryAdded') this.problems.push(`${params.entry.level}: ${params.entry.text}`);
    if (method === 'Page.javascriptDialogOpening') this.problems.push(`dialog: ${params.message}`);
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
  }

  send(method, params) { return this.browser.send(method, params, this.session); }

  event(method) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${method}`)), patience);
      const listener = message => {
        if (message.method !== method || message.sessionId !== this.session) return;
        clearTimeout(timer);
        this.browser.listeners.splice(this.browser.listeners.indexOf(listener), 1);
        resolve(message.params);
      };
      this.browser.listeners.push(listener);
    });
  }

  // The value of an expression in the page, by way of the debugger: no policy of the page forbids it.
  async value(expression) {
    const { result, exceptionDetails } =
      await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // A click of the mouse in the middle of what a selector finds.
  async click(selector) {
    const at = await this.value(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = element.getBoundingClientRect();
      return { x: box.x + Math.min(box.width / 2, 40), y: box.y + box.height / 2 };
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 });
    }
  }

  async press(key, code = key) {
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const windowsVirtualKeyCode = { Enter: 13, Tab: 9, ' ': 32 }[key];
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code, text, windowsVirtualKeyCode });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, windowsVirtualKeyCode });
  }

  type(text) { return this.send('Input.insertText', { text }); }

  // Roles and names as a screen reader is told them.
  async accessible() {
    const { nodes } = await this.send('Accessibility.getFullAXTree');
    return nodes.filter(node => !node.ignored)
      .map(node => ({ role: node.role?.value, name: node.name?.value ?? '' }));
  }

  async screenshot() {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png' });
    return Buffer.from(data, 'base64');
  }
}
