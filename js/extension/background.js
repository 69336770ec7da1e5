// The service worker: captures the visible tab when the user asks for it, sends image and areas to the user's server, and keeps
// the state that the side panel shows in chrome.storage.session, which ends with the browser.
'use strict';

const most = 100; // areas of interest, the limit of the API
const limit = 6e6; // characters of an image; storage.session takes 10 MB

chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' }); // no page's world may read the token

chrome.action.onClicked.addListener((tab) => {
  chrome.sidePanel.open({ windowId: tab.windowId }).catch(() => {}); // at once: it needs the user's gesture
  look(tab);
});

chrome.runtime.onMessage.addListener((message, sender) => {
  if (sender.id === chrome.runtime.id && message === 'send') send();
});

const show = (state) => chrome.storage.session.set({ state });

const fail = (state, error) => show({ ...state, step: 'failed', error: String(error.message || error) });

// look captures a tab: its image and the boxes of what is on it.
async function look(tab) {
  let state = { step: 'capturing', title: (tab.title || '').slice(0, 200) };
  try {
    await show(state);
    let image = await chrome.tabs.captureVisibleTab(tab.windowId, { format: 'png' });
    if (image.length > limit) image = await chrome.tabs.captureVisibleTab(tab.windowId, { format: 'jpeg', quality: 90 });
    await chrome.scripting.executeScript({ target: { tabId: tab.id }, files: ['read.js', 'areas.js'] });
    const [{ result }] = await chrome.scripting.executeScript({
      target: { tabId: tab.id }, args: [most],
      func: (most) => globalThis.saccadeAreas(globalThis.saccadeRead({ max: 2000, nodes: 150000, ms: 4000, main: false, queries: [] }), innerWidth, innerHeight, most),
    });
    state = { ...state, image, areas: result || [] };
    await show({ ...state, step: 'captured' });
  } catch (e) {
    return fail(state, `This tab cannot be captured: ${e.message}`);
  }
  return send();
}

// send has the captured image analyzed.
async function send() {
  const { state } = await chrome.storage.session.get('state');
  if (!state?.image) return;
  try {
    const { server, token } = await chrome.storage.local.get(['server', 'token']);
    if (!server || !token) return await show({ ...state, step: 'unset' });
    if (!(await chrome.permissions.contains({ origins: [`${new URL(server).origin}/*`] }))) return await show({ ...state, step: 'ask', server });
    await show({ ...state, step: 'sending' });
    const body = {
      input: { type: 'image', content: state.image, title: state.title }, aois: state.areas,
      predictions: { attention: { outputs: ['attentionMap', 'data'] }, focus: { outputs: ['score'] }, clarity: { outputs: ['score'] }, excitingness: { outputs: ['score'] } },
    };
    const { id } = await call(server, token, 'POST', '/v2/analyses', body);
    let answer;
    for (;;) {
      answer = await call(server, token, 'GET', `/v2/analyses/${encodeURIComponent(id)}`);
      if (answer.status !== 'pending') break;
      await show({ ...state, step: 'predicting', progress: answer.progress });
      await new Promise((r) => setTimeout(r, 1000));
    }
    if (answer.status === 'failed') throw new Error(answer.error?.message || 'The analysis has failed.');
    const o = answer.outputs;
    await show({
      ...state, step: 'done', heat: await dataOf(o.attention.attentionMap), link: `${server}/analyses/${id}`,
      scores: Object.fromEntries(['focus', 'clarity', 'excitingness'].map((k) => [k, o[k]?.score])),
      results: (o.aois || []).map(({ name, share, rank, areaShare, timeToFirstAttention }) => ({ name, share, rank, areaShare, first: timeToFirstAttention })),
    });
  } catch (e) {
    await fail(state, e);
  }
}

// call asks the server. Redirects are refused: the token goes to one origin alone.
async function call(server, token, method, path, body) {
  let r;
  try {
    r = await fetch(server + path, { method, redirect: 'error', credentials: 'omit', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  } catch {
    throw new Error(`${server} cannot be reached.`);
  }
  const answer = await r.json().catch(() => null);
  if (!r.ok || !answer) throw new Error(answer?.error?.message || `${server} answered ${r.status}; is it a Saccade server?`);
  return answer;
}

// dataOf reads an image, by a link that needs no token, into a data: address.
async function dataOf(link) {
  const bytes = new Uint8Array(await (await fetch(link, { credentials: 'omit' })).arrayBuffer());
  let s = '';
  for (let i = 0; i < bytes.length; i += 32768) s += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return `data:image/png;base64,${btoa(s)}`;
}
