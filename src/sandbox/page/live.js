// Refreshes the parts of the page that carry data-live, and leaves alone what somebody is typing in.
const shown = new Map();

async function refresh() {
  const response = await fetch(location.pathname, { headers: { accept: 'text/html' } });
  if (!response.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of next.querySelectorAll('[data-live][id]')) {
    const here = document.getElementById(part.id);
    const busy = here?.querySelector('details.tools[open]') || here?.contains(document.activeElement);
    if (!here || busy || shown.get(part.id) === part.innerHTML) continue;
    shown.set(part.id, part.innerHTML);
    here.replaceChildren(...part.childNodes);
  }
}

for (const part of document.querySelectorAll('[data-live][id]')) shown.set(part.id, part.innerHTML);
const source = new EventSource('/_live');
source.addEventListener('message', () => {
  refresh().catch((error) => console.error(error));
});
