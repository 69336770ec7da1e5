// The side panel: shows the state that the service worker keeps. All texts of pages are set as text.
'use strict';

const at = (id) => document.getElementById(id);
const words = {
  capturing: 'The page is captured ...', captured: 'The page is captured.', sending: 'The image is sent ...', predicting: 'The prediction runs ...',
  done: 'Done.', failed: '', unset: 'Tell Saccade under Settings where your server is.', ask: 'Your browser asks once whether Saccade may reach your server.',
};

function element(tag, text) {
  const e = document.createElement(tag);
  e.textContent = text;
  return e;
}

function render(s) {
  if (!s) return;
  at('status').textContent = words[s.step] || '';
  at('error').hidden = s.step !== 'failed';
  at('error').textContent = s.error || '';
  at('again').hidden = s.step !== 'failed' || !s.image;
  at('allow').hidden = s.step !== 'ask';
  if (s.step === 'ask') at('allow').textContent = `Allow ${new URL(s.server).host}`;
  at('allow').dataset.server = s.server || '';
  at('result').hidden = !s.image;
  at('page').textContent = s.title || 'This page';
  if (s.image) at('image').src = s.image;
  const done = s.step === 'done';
  if (done) at('heat').src = s.heat;
  at('heat').hidden = !done || !at('show').checked;
  at('link').hidden = !done;
  if (done) at('link').href = s.link;
  at('scores').replaceChildren(...Object.entries(s.scores || {}).filter(([, v]) => typeof v === 'number').flatMap(([k, v]) => [element('dt', k), element('dd', v)]));
  at('rows').replaceChildren(...[...(s.results || [])].sort((a, b) => a.rank - b.rank).map((r) => {
    const row = document.createElement('tr'), head = element('th', r.name);
    head.scope = 'row';
    row.append(head, element('td', `${(100 * r.share).toFixed(1)} %`), element('td', r.areaShare > 0 ? `${(r.share / r.areaShare).toFixed(1)} x` : ''), element('td', r.first === null ? 'never' : `${r.first.toFixed(1)} s`));
    return row;
  }));
}

const now = async () => render((await chrome.storage.session.get('state')).state);
chrome.storage.session.onChanged.addListener(now);
at('again').onclick = () => chrome.runtime.sendMessage('send');
at('settings').onclick = () => chrome.runtime.openOptionsPage();
at('show').onchange = now;
at('allow').onclick = async () => {
  if (await chrome.permissions.request({ origins: [`${new URL(at('allow').dataset.server).origin}/*`] })) chrome.runtime.sendMessage('send');
};
now();
