'use strict';

const { test, expect } = require('@playwright/test');
const { matchers } = require('./saccade');

const page1 = `<!doctype html><style>body{margin:0;font:16px sans-serif;background:#fff}
  #buy{position:absolute;left:40%;top:40%;width:240px;height:80px;background:#e65014;color:#fff;font-size:32px;border:0}
  #tiny{position:absolute;right:4px;bottom:4px;font-size:9px;color:#ddd}#far{position:absolute;top:3000px}</style>
  <button id="buy">Buy now</button><a id="tiny">terms</a><p id="far">below</p>`;

const ways = { server: {}, program: { url: '', binary: process.env.SACCADE_BINARY, args: ['--model', 'baseline'] } };

for (const [name, options] of Object.entries(ways)) {
  test(`attention by ${name}`, async ({ page }) => {
    const check = expect.extend(matchers(options));
    await page.setContent(page1);
    await check(page).toHaveAttention('#buy', { min: 0.03 });
    await check(page).not.toHaveAttention('#tiny', { min: 0.2 });
    const failure = await check(page).toHaveAttention('#tiny', { min: 0.5 }).then(() => null, (e) => e);
    expect(failure?.message).toMatch(/#tiny gets \d+\.\d % of the attention \(rank 1\) on \d+\.\d % of the area/);
    const image = failure.message.match(/Heat map: (\S+)/)[1];
    const png = require('node:fs').readFileSync(image);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(test.info().attachments.map((a) => a.name)).toEqual(['screenshot', 'attention']);
    await expect(check(page).toHaveAttention('#far', { min: 0.1 })).rejects.toThrow(/outside of the viewport/);
    await check(page).toHaveAttention('#far', { max: 0.5, fullPage: true });
    await expect(check(page).toHaveAttention('#buy', {})).rejects.toThrow(/needs \{min\}/);
  });
}

test('errors in words', async ({ page }) => {
  await page.setContent(page1);
  const program = { url: '', binary: process.env.SACCADE_BINARY };
  for (const [options, says] of [
    [{ token: 'wrong' }, /unable to authenticate/],
    [{ token: '' }, /set SACCADE_TOKEN/],
    [{ url: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1 cannot be reached/],
    [{ url: '', binary: '/nowhere/saccade' }, /no program \/nowhere\/saccade: install saccade, or set SACCADE_BINARY/],
    [{ ...program, args: ['--model', 'nosuch'] }, /saccade-1 and baseline/],
    [{ ...program, timeout: 1 }, /took longer than 1 ms; matchers\(\{ timeout \}\)/],
  ]) {
    await expect(expect.extend(matchers(options))(page).toHaveAttention('#buy', { min: 0.1 })).rejects.toThrow(says);
  }
});
