// Matchers for Playwright: does a design draw the eye where it should?
//
//	const base = require('@playwright/test');
//	const { matchers } = require('./saccade');
//	const expect = base.expect.extend(matchers()); // SACCADE_URL and SACCADE_TOKEN, or the binary "saccade"
//	await expect(page).toHaveAttention('#buy', { min: 0.08 });
//
// One file; it needs nothing but the test runner. A prediction is a model's opinion: leave a margin.
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');

/**
 * Returns the matchers. With a url they ask a server, else the program on this machine.
 * @param {{url?: string, token?: string, binary?: string, args?: string[], timeout?: number}} [options]
 */
function matchers(options = {}) {
  const env = process.env;
  const o = { url: env.SACCADE_URL, token: env.SACCADE_TOKEN, binary: env.SACCADE_BINARY || 'saccade', args: [], timeout: 60000, ...options };

  /**
   * Passes if the element's share of attention lies in [min, max].
   * @param {object} page of the test
   * @param {string} selector of one visible element
   * @param {{min?: number, max?: number, fullPage?: boolean}} [limits] shares in 0..1
   */
  async function toHaveAttention(page, selector, limits = {}) {
    const { min = 0, max = 1, fullPage = false } = limits;
    if (min < 0 || max > 1 || min > max || (limits.min === undefined && limits.max === undefined)) {
      throw new Error('toHaveAttention needs {min} or {max}: shares of attention, 0 to 1');
    }
    const seen = await look(page, selector, fullPage);
    const result = o.url ? await onServer(o, seen) : await inProcess(o, seen);
    const { share, rank, areaShare } = result.area;
    const inside = share >= min && share <= max;
    let image = '';
    if (inside === Boolean(this.isNot)) {
      image = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'saccade-')), 'attention.png');
      await fs.writeFile(image, result.heat);
      await attach(image, seen.png);
    }
    const percent = (v) => `${(100 * v).toFixed(1)} %`;
    return {
      pass: inside,
      name: 'toHaveAttention',
      expected: { min, max },
      actual: share,
      message: () =>
        `expect(page).${this.isNot ? 'not.' : ''}toHaveAttention(${JSON.stringify(selector)}, {min: ${min}, max: ${max}})\n\n` +
        `${selector} gets ${percent(share)} of the attention (rank ${rank}) on ${percent(areaShare)} of the area.\n` +
        `Heat map: ${image}`,
    };
  }
  return { toHaveAttention };
}

/** Takes a screenshot and the element's box in it, in fractions. */
async function look(page, selector, fullPage) {
  const element = page.locator(selector);
  await element.waitFor({ state: 'visible' });
  const box = await element.boundingBox();
  const frame = await page.evaluate((full) => {
    const d = document.documentElement;
    return full
      ? { x: window.scrollX, y: window.scrollY, width: d.scrollWidth, height: d.scrollHeight }
      : { x: 0, y: 0, width: window.innerWidth, height: window.innerHeight };
  }, fullPage);
  const clamp = (v) => Math.min(1, Math.max(0, v));
  const left = clamp((box.x + frame.x) / frame.width);
  const top = clamp((box.y + frame.y) / frame.height);
  const width = clamp((box.x + frame.x + box.width) / frame.width) - left;
  const height = clamp((box.y + frame.y + box.height) / frame.height) - top;
  if (width <= 0 || height <= 0) {
    throw new Error(`${selector} lies outside of the ${fullPage ? 'page' : 'viewport; scroll to it, or use {fullPage: true}'}`);
  }
  const png = await page.screenshot({ fullPage, animations: 'disabled' });
  return { png, aois: [{ name: selector.length > 60 ? 'element' : selector, box: { x: left, y: top, width, height } }] };
}

/** Adds both images to the report, where there is one. */
async function attach(heat, png) {
  try {
    const info = require('@playwright/test').test.info();
    await info.attach('screenshot', { body: png, contentType: 'image/png' });
    await info.attach('attention', { path: heat, contentType: 'image/png' });
  } catch {
    // outside of a test; the message has the path
  }
}

async function onServer(o, { png, aois }) {
  if (!o.token) throw new Error(`there is no token for ${o.url}: set SACCADE_TOKEN, or matchers({ token })`);
  const base = o.url.replace(/\/+$/, '').replace(/\/v2$/, '') + '/v2';
  const end = Date.now() + o.timeout;
  const call = async (method, where, body) => {
    for (;;) {
      const answer = await fetch(where, {
        method,
        headers: { Authorization: `Bearer ${o.token}`, 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(Math.max(1, end - Date.now())),
      }).catch((e) => {
        throw new Error(e.name === 'TimeoutError' ? late(o.url, o) : `${o.url} cannot be reached: ${e.cause?.message ?? e.message}`);
      });
      if ((answer.status === 429 || answer.status === 503) && Date.now() < end) {
        await new Promise((next) => setTimeout(next, 1000 * Math.min(30, Number(answer.headers.get('Retry-After')) || 1)));
        continue;
      }
      const text = await answer.text();
      let json;
      try {
        json = JSON.parse(text);
      } catch {
        throw new Error(`${o.url} does not answer as a Saccade server does (${answer.status})`);
      }
      if (!answer.ok) throw new Error(`${o.url}: ${json.error?.message ?? answer.status}`);
      return json;
    }
  };
  const made = await call('POST', `${base}/analyses`, {
    input: { type: 'image', content: png.toString('base64'), title: aois[0].name },
    predictions: { attention: { outputs: ['attentionMap'] } },
    aois,
  });
  for (;;) {
    const a = await call('GET', `${base}/analyses/${encodeURIComponent(made.id)}`);
    if (a.status === 'failed') throw new Error(`the analysis failed: ${a.error.message}`);
    if (a.status === 'success') {
      const heat = await fetch(a.outputs.attention.attentionMap); // the link needs no token, and gets none
      return { area: a.outputs.aois[0], heat: Buffer.from(await heat.arrayBuffer()) };
    }
    if (Date.now() > end) throw new Error(late(o.url, o));
    await new Promise((next) => setTimeout(next, 500));
  }
}

const late = (who, o) => `${who} took longer than ${o.timeout} ms; matchers({ timeout }) allows more`;

async function inProcess(o, { png, aois }) {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'saccade-'));
  try {
    await fs.writeFile(path.join(dir, 'page.png'), png);
    await fs.writeFile(path.join(dir, 'aois.json'), JSON.stringify(aois));
    const args = ['analyze', path.join(dir, 'page.png'), '--out', path.join(dir, 'out'), '--aois', path.join(dir, 'aois.json'), '--predictions', 'attention.attentionMap', '--json', ...o.args];
    const line = await new Promise((done, fail) => {
      execFile(o.binary, args, { timeout: o.timeout }, (err, stdout, stderr) => {
        if (stdout) return done(stdout);
        if (err?.code === 'ENOENT') return fail(new Error(`there is no program ${o.binary}: install saccade, or set SACCADE_BINARY, or SACCADE_URL and SACCADE_TOKEN for a server`));
        return fail(err?.killed ? new Error(late(o.binary, o)) : new Error(stderr || String(err)));
      });
    });
    const result = JSON.parse(line);
    if (result.status !== 'success') throw new Error(`the analysis failed: ${result.error.message}`);
    const heat = await fs.readFile(path.join(dir, 'out', 'page', result.outputs.attention.attentionMap));
    return { area: result.outputs.aois[0], heat };
  } finally {
    await fs.rm(dir, { recursive: true, force: true });
  }
}

module.exports = { matchers };
