// The settings: where the server is, and the user's leave to reach that one origin.
'use strict';

const at = (id) => document.getElementById(id);

chrome.storage.local.get(['server', 'token']).then((s) => {
  at('server').value = s.server || '';
  at('token').value = s.token || '';
});

// originOf returns the origin of an address; a token goes in the clear to nobody but the machine itself.
function originOf(text) {
  const u = new URL(text.trim());
  const near = ['localhost', '127.0.0.1', '[::1]'].includes(u.hostname);
  if (u.protocol !== 'https:' && !(u.protocol === 'http:' && near)) throw new Error('The address must begin with https://');
  return u.origin;
}

at('form').onsubmit = async (e) => {
  e.preventDefault();
  try {
    const server = originOf(at('server').value), token = at('token').value.trim();
    if (!token) throw new Error('A token is needed; saccade token create makes one.');
    const allowed = await chrome.permissions.request({ origins: [`${server}/*`] });
    await chrome.storage.local.set({ server, token });
    at('status').textContent = allowed ? 'Saved.' : 'Saved, but Saccade may not reach the server; it will ask again.';
  } catch (error) {
    at('status').textContent = error instanceof TypeError ? 'This is not an address like https://saccade.example.com' : error.message;
  }
};
