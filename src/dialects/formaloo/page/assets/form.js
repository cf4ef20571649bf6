/* What a form page can do better with a script than without: it works without. */
(() => {
  const form = document.querySelector('form[data-address]');
  const isEmbedded = document.documentElement.classList.contains('embedded');
  const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

  if (isEmbedded && window.parent !== window) tellParent();
  const done = document.querySelector('.done');
  if (done) done.querySelector('h1').focus();
  document.querySelector('.summary')?.focus();
  if (!form) return;

  for (const input of form.querySelectorAll('[data-suggest]')) suggest(input);
  for (const input of form.querySelectorAll('[data-moment]')) noteMoment(input);
  for (const place of form.querySelectorAll('[data-sign]')) drawSignature(place);
  for (const list of form.querySelectorAll('.entries')) addEntries(list);
  const steps = form.hasAttribute('data-steps') ? goStepwise() : null;
  let isOver = false;
  countDown(document.querySelector('.timer'));
  guardSubmit();

  /* Sends once, and first asks for what is missing without a way to the server and back. */
  function guardSubmit() {
    let isSent = false;
    form.addEventListener('submit', (event) => {
      const isDraft = event.submitter?.value === 'draft';
      if (isSent || isOver) return event.preventDefault();
      if (!isDraft && steps && !steps.isLast()) {
        event.preventDefault();
        return steps.next();
      }
      const wrong = isDraft ? [] : problemsIn(form);
      showProblems(form, wrong);
      if (wrong.length > 0) {
        event.preventDefault();
        steps?.show(wrong[0].field);
        summarize(wrong);
        return;
      }
      isSent = true;
      for (const button of form.querySelectorAll('.actions button')) button.setAttribute('aria-disabled', 'true');
    });
    // Back from the next page in the browser's history.
    window.addEventListener('pageshow', () => {
      isSent = false;
      if (isOver) return;
      for (const button of form.querySelectorAll('.actions button')) button.removeAttribute('aria-disabled');
    });
  }

  /* What the server will not take any more is not sent; a reader of the screen hears of the last minute. */
  function countDown(timer) {
    if (!timer) return;
    const end = Date.now() + Number(timer.dataset.seconds) * 1000;
    const clock = timer.querySelector('bdi');
    const told = make('span', { className: 'unseen' });
    told.setAttribute('role', 'status');
    timer.after(told);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      clock.textContent = new Date(left * 1000).toISOString().slice(11, 19).replace(/^00:/, '');
      timer.classList.toggle('ending', left <= 60);
      if (left <= 60 && left > 0 && told.textContent === '') told.textContent = timer.textContent;
      if (left > 0) return;
      clearInterval(ticking);
      isOver = true;
      const over = make('div', { className: 'summary over' });
      over.setAttribute('role', 'alert');
      const again = make('p');
      again.append(make('a', { href: form.dataset.again, textContent: form.dataset.startAgain }));
      over.append(make('h2', { textContent: form.dataset.timeOver }), again);
      timer.replaceWith(over);
      told.remove();
      for (const button of form.querySelectorAll('.actions button')) button.setAttribute('aria-disabled', 'true');
    };
    const ticking = setInterval(tick, 500);
    tick();
  }

  function problemsIn(part) {
    const problems = [];
    for (const field of part.querySelectorAll('.field')) {
      const inputs = [...field.querySelectorAll('input, select, textarea')].filter((one) => one.type !== 'hidden');
      const [first] = inputs;
      if (!first) continue;
      const text = problemOf(field, inputs);
      if (text) problems.push({ field, input: first, text });
    }
    return problems;
  }

  function problemOf(field, inputs) {
    const missing = form.dataset.isRequired;
    if (field.hasAttribute('data-required')) {
      const isAnswered = inputs.some((one) =>
        one.type === 'checkbox' || one.type === 'radio' ? one.checked : one.value !== '',
      );
      if (!isAnswered) return missing;
    }
    for (const input of inputs) {
      if (input.validity.valueMissing) return missing;
      if (input.validity.typeMismatch) return input.type === 'email' ? form.dataset.notEmail : form.dataset.notUrl;
      if (input.validity.badInput || input.validity.rangeOverflow || input.validity.rangeUnderflow)
        return input.validationMessage;
      const most = Number(input.dataset.maxKb ?? 0) * 1024;
      if (most > 0 && [...(input.files ?? [])].some((file) => file.size > most)) return form.dataset.tooLarge;
    }
    return '';
  }

  function showProblems(part, problems) {
    for (const field of part.querySelectorAll('.field')) {
      field.classList.remove('wrong');
      field.querySelector('.error')?.remove();
      for (const input of field.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
      for (const one of [field, ...field.querySelectorAll('[aria-describedby]')]) {
        const rest = (one.getAttribute('aria-describedby') ?? '')
          .split(' ')
          .filter((id) => id && !id.endsWith('-error'));
        if (rest.length > 0) one.setAttribute('aria-describedby', rest.join(' '));
        else one.removeAttribute('aria-describedby');
      }
    }
    for (const { field, input, text } of problems) {
      const id = `${field.id.replace(/^q-/, 'f-')}-error`;
      field.classList.add('wrong');
      const message = make('p', { className: 'error', id, textContent: text });
      const name = field.querySelector('.name');
      if (name) {
        let after = name;
        while (after.nextElementSibling?.classList.contains('help')) after = after.nextElementSibling;
        after.after(message);
      } else field.prepend(message);
      const told = field.matches('fieldset') ? field : input;
      told.setAttribute('aria-describedby', `${told.getAttribute('aria-describedby') ?? ''} ${id}`.trim());
      if (!field.matches('fieldset') || field.getAttribute('role') === 'radiogroup')
        told.setAttribute('aria-invalid', 'true');
    }
  }

  function summarize(problems) {
    document.querySelector('.summary:not(.over)')?.remove();
    const list = make('ul');
    for (const { field, input, text } of problems) {
      const name =
        (field.querySelector('.name') ?? field.querySelector('.choice span'))?.textContent.replace(/ \*$/, '') ?? '';
      input.id ||= `${field.id}-first`;
      const line = make('li');
      line.append(make('a', { href: `#${input.id}`, textContent: `${name}: ${text}` }));
      list.append(line);
    }
    const box = make('div', { className: 'summary', tabIndex: -1 });
    box.setAttribute('role', 'alert');
    box.setAttribute('aria-labelledby', 'summary-title');
    box.append(make('h2', { id: 'summary-title', textContent: form.dataset.problem }), list);
    form.before(box);
    box.focus();
    box.scrollIntoView({ block: 'nearest' });
  }

  function goStepwise() {
    const pages = [...form.querySelectorAll('.page')];
    const send = form.querySelector('.send');
    const sendText = send.textContent;
    const back = make('button', { type: 'button', className: 'quiet', textContent: form.dataset.back });
    send.before(back);
    const text = make('span');
    text.setAttribute('role', 'status');
    const bar = make('progress', { max: pages.length });
    const progress = make('div', { className: 'progress' });
    progress.append(text, bar);
    form.prepend(progress);
    const rest = [...form.children].filter((one) => one.matches('.field'));
    let at = 0;
    const show = (index, isMoved) => {
      at = index;
      for (const [number, page] of pages.entries()) page.hidden = number !== at;
      back.hidden = at === 0;
      send.textContent = at === pages.length - 1 ? sendText : form.dataset.next;
      for (const field of rest) field.hidden = at < pages.length - 1;
      text.textContent = `${form.dataset.step} ${at + 1} ${form.dataset.of} ${pages.length}`;
      bar.value = at + 1;
      bar.setAttribute('aria-label', text.textContent);
      if (!isMoved) return;
      pages[at].tabIndex = -1;
      pages[at].focus();
      progress.scrollIntoView({ block: 'nearest' });
    };
    const wrong = pages.findIndex((page) => page.querySelector('.wrong'));
    show(Math.max(0, wrong), false);
    back.addEventListener('click', () => {
      document.querySelector('.summary:not(.over)')?.remove();
      show(at - 1, true);
    });
    document.addEventListener('click', (event) => {
      const link = event.target.closest?.('.summary a');
      const target = link && document.getElementById(link.hash.slice(1));
      if (target) show(Math.max(0, pages.indexOf(target.closest('.page'))), false);
    });
    return {
      isLast: () => at === pages.length - 1,
      show: (field) => show(Math.max(0, pages.indexOf(field.closest('.page'))), false),
      next() {
        const problems = problemsIn(pages[at]);
        showProblems(pages[at], problems);
        if (problems.length > 0) return summarize(problems);
        document.querySelector('.summary:not(.over)')?.remove();
        show(at + 1, true);
      },
    };
  }

  /* Names of places while they are typed. */
  function suggest(input) {
    const list = document.getElementById(input.getAttribute('list'));
    let asked = '';
    let timer;
    const ask = async () => {
      const search = input.value.trim();
      if (search.length < 2 || search === asked) return;
      asked = search;
      const address = `/f/${form.dataset.address}/choices/${input.dataset.suggest}?search=${encodeURIComponent(search)}`;
      const answer = await fetch(address).catch(() => null);
      if (!answer?.ok || search !== input.value.trim()) return;
      const { choices } = await answer.json();
      list.replaceChildren(...choices.map((value) => make('option', { value })));
    };
    input.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 150);
    });
  }

  /* The moment that is meant: the input knows no time zone, the browser does. */
  function noteMoment(input) {
    const hidden = make('input', { type: 'hidden', name: `${input.name}.utc` });
    input.after(hidden);
    const note = () => {
      const moment = new Date(input.value);
      hidden.value = input.value && !Number.isNaN(moment.getTime()) ? moment.toISOString() : '';
    };
    input.addEventListener('input', note);
    note();
  }

  /* Draws into a picture that takes the place of a chosen file. */
  function drawSignature(place) {
    const input = place.querySelector('input[type=file]');
    const pad = make('canvas', { className: 'pad' });
    const clear = make('button', { type: 'button', className: 'quiet small', textContent: place.dataset.clear });
    pad.setAttribute('role', 'img');
    pad.setAttribute('aria-label', place.dataset.sign);
    place.prepend(pad, clear, make('span', { className: 'help', textContent: place.dataset.or }));
    const size = pad.getBoundingClientRect();
    const scale = window.devicePixelRatio || 1;
    pad.width = Math.max(300, size.width) * scale;
    pad.height = Math.max(100, size.height) * scale;
    const pen = pad.getContext('2d');
    pen.scale(scale, scale);
    Object.assign(pen, { lineWidth: 2.5, lineCap: 'round', lineJoin: 'round', strokeStyle: '#101828' });
    let isDown = false;
    const point = ({ clientX, clientY }) => {
      const box = pad.getBoundingClientRect();
      return [clientX - box.left, clientY - box.top];
    };
    pad.addEventListener('pointerdown', (event) => {
      isDown = true;
      pad.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...point(event));
    });
    pad.addEventListener('pointermove', (event) => {
      if (!isDown) return;
      pen.lineTo(...point(event));
      pen.stroke();
    });
    pad.addEventListener('pointerup', () => {
      isDown = false;
      pad.toBlob((picture) => {
        const files = new DataTransfer();
        files.items.add(new File([picture], 'signature.png', { type: 'image/png' }));
        input.files = files.files;
      });
    });
    pad.addEventListener('pointercancel', () => {
      isDown = false;
    });
    clear.addEventListener('click', () => {
      pen.clearRect(0, 0, pad.width, pad.height);
      input.value = '';
    });
  }

  /* One more row of a table. */
  function addEntries(list) {
    const button = make('button', { type: 'button', className: 'quiet small', textContent: list.dataset.add });
    // Rows that nobody needs yet; without a script they are all that there can be.
    const isEmpty = (entry) => [...entry.querySelectorAll('input')].every((one) => one.value === '');
    for (const entry of [...list.querySelectorAll('.entry')].slice(Number(list.dataset.least)).reverse()) {
      if (!isEmpty(entry)) break;
      entry.remove();
    }
    const update = () => {
      button.hidden = list.querySelectorAll('.entry').length >= Number(list.dataset.rows);
    };
    button.addEventListener('click', () => {
      const entries = list.querySelectorAll('.entry');
      const last = entries[entries.length - 1];
      const entry = last.cloneNode(true);
      const legend = entry.querySelector('legend');
      legend.textContent = legend.textContent.replace(/\d+/, String(entries.length + 1));
      for (const input of entry.querySelectorAll('input')) {
        input.name = input.name.replace(
          `${list.dataset.slug}.${entries.length - 1}.`,
          `${list.dataset.slug}.${entries.length}.`,
        );
        input.removeAttribute('id');
        input.value = '';
      }
      last.after(entry);
      entry.querySelector('input').focus();
      update();
    });
    list.after(button);
    update();
  }

  /* The page around the frame makes it as high as its content, and goes where the form sends people. */
  function tellParent() {
    const tell = (message) => window.parent.postMessage({ type: 'tessera-form', ...message }, '*');
    const height = () => Math.ceil(document.querySelector('.card').getBoundingClientRect().height) + 4;
    new ResizeObserver(() => tell({ height: height() })).observe(document.querySelector('.card'));
    const finished = document.querySelector('.done');
    if (finished) tell({ height: height(), isDone: true, next: finished.dataset.next ?? null });
  }
})();
