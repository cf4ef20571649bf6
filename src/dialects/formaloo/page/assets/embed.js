/* <script src="https://server/f/embed.js" data-form="address"></script> puts the form in its own place. */
(() => {
  const script = document.currentScript;
  const address = script?.dataset.form ?? '';
  if (!/^[-A-Za-z0-9_]{1,255}$/.test(address)) {
    console.error('embed.js: the script needs data-form="address of the form"');
    return;
  }
  const { origin } = new URL(script.src);
  const frame = document.createElement('iframe');
  // Whatever else the tag says about values is filled in: data-value-name="Ann" is ?name=Ann.
  const values = [...script.attributes].filter(({ name }) => name.startsWith('data-value-'));
  const query = new URLSearchParams([
    ['embed', '1'],
    ...values.map(({ name, value }) => [name.slice('data-value-'.length), value]),
  ]);
  frame.src = `${origin}/f/${address}?${query}`;
  frame.title = script.dataset.title ?? 'Form';
  frame.style.cssText = 'display:block;width:100%;height:30rem;border:0;background:transparent;color-scheme:light';
  script.after(frame);
  let height = 0;
  window.addEventListener('message', ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin || data?.type !== 'tessera-form') return;
    if (Number.isFinite(data.height)) {
      // A new page begins at its top, not where the button of the last one was.
      if (data.isDone && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
      height = Math.min(20000, Math.max(50, data.height));
      frame.style.height = `${height}px`;
    }
    if (data.isDone) script.dispatchEvent(new CustomEvent('tessera:done', { bubbles: true }));
    if (typeof data.next === 'string' && /^https?:\/\//.test(data.next)) window.location.assign(data.next);
  });
})();
