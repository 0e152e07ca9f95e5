'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // Curves: the values at the step under the pointer, in place of the last ones.
  const nearest = (points, x) => points.reduce(
      (best, point) => Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best);

  const follow = (figure) => {
    const area = figure.querySelector('.area');
    const values = [...figure.querySelectorAll('[data-last]')];
    const step = figure.querySelector('.at-step');
    const [left, right, low, high] = ['left', 'right', 'low', 'high'].map(
        (key) => Number(figure.dataset[key]));
    const curves = [...figure.querySelectorAll('polyline')].map((line) =>
      line.getAttribute('points').split(' ').map((pair) => pair.split(',').map(Number)));
    const rule = element('div', 'at');
    rule.hidden = true;
    area.append(rule);
    area.addEventListener('pointermove', (event) => {
      const box = area.getBoundingClientRect();
      const x = nearest(curves.flat(), 100 * (event.clientX - box.left) / box.width)[0];
      curves.forEach((points, i) => {
        const digits = (values[i].dataset.last.split('.')[1] || '').length;
        const value = high - nearest(points, x)[1] / 100 * (high - low);
        values[i].textContent = value.toFixed(digits);
      });
      rule.hidden = false;
      rule.style.left = `${x}%`;
      step.textContent = `step ${Math.round(left + x / 100 * (right - left)).toLocaleString('en')}`;
    });
    area.addEventListener('pointerleave', () => {
      rule.hidden = true;
      step.textContent = '';
      values.forEach((value) => { value.textContent = value.dataset.last; });
    });
  };
  document.querySelectorAll('figure[data-left]').forEach(follow);

  // The browser of examples. Texts come from data: they are set as text, never as markup.
  const held = byId('samples');
  if (!held) return;
  const { prompts, samples } = JSON.parse(held.textContent);
  const fields = ['dataset', 'evaluation', 'template'];
  const filters = Object.fromEntries(
      [...fields, 'right', 'text'].map((name) => [name, byId(`by-${name}`)]));
  let chosen = [];
  let at = 0;

  const same = (one, other) => one.dataset === other.dataset &&
      one.template === other.template && one.number === other.number;
  const asked = (one) => one.method === 'decode' && one.options.length ?
      `${one.evaluation}, decoded` : one.evaluation;

  const offer = (select, values) => {
    const kept = select.value;
    select.replaceChildren(new Option('all', ''), ...values.map((one) => new Option(one, one)));
    if (values.map(String).includes(kept)) select.value = kept;
  };

  const searched = (one) => [prompts[one.prompt], one.target, one.answer || '', ...one.options]
    .join('\n').toLowerCase();

  const choose = () => {
    const wanted = filters.text.value.trim().toLowerCase();
    chosen = samples.filter((one) =>
      fields.every((name) => !filters[name].value || String(one[name]) === filters[name].value) &&
      (!filters.right.value || String(one.right) === filters.right.value) &&
      (!wanted || searched(one).includes(wanted)));
    at = 0;
    show();
  };

  const optionRow = (text, score, best, isChosen) => {
    const row = element('div', isChosen ? 'option chosen' : 'option');
    const slot = element('div', 'slot');
    const bar = element('i');
    bar.style.width = score === null ? '0' : `${(100 * Math.exp(score - best)).toFixed(2)}%`;
    slot.append(bar);
    row.append(element('span', '', text), slot,
        element('span', 'number', score === null ? 'no score' : score.toFixed(2)));
    return row;
  };

  const answerRow = (one) => {
    const row = element('p', 'said');
    const verdict = one.right === null ? '' : one.right ? ' right' : ' wrong';
    row.append(element('b', '', asked(one)), element('span', `chip${verdict}`,
        one.answer === null ? 'no answer: the scores were not numbers' : one.answer || '(nothing)'),
    element('span', 'soft', one.right === null ? 'not word for word the target' :
      one.right ? 'right' : 'wrong'));
    return row;
  };

  const show = () => {
    byId('shown').hidden = !chosen.length;
    byId('count').textContent = chosen.length ?
      `${(at + 1).toLocaleString('en')} of ${chosen.length.toLocaleString('en')}` :
      'no example is like that';
    byId('previous').disabled = at === 0;
    byId('next').disabled = at + 1 >= chosen.length;
    if (!chosen.length) return;
    const one = chosen[at];
    byId('which').textContent =
      `${one.dataset}, template ${one.template}, example ${one.number + 1}, ${asked(one)}`;
    byId('prompt').textContent = prompts[one.prompt];
    byId('target').textContent = one.target;
    const best = Math.max(...one.scores.filter((score) => score !== null));
    byId('options').replaceChildren(...one.options.map((text, i) => one.scores.length ?
      optionRow(text, one.scores[i], best, text === one.answer) :
      element('span', 'chip', text)));
    // The answer at hand, then what the others said to the same example.
    const others = samples.filter((other) => other !== one && same(one, other));
    byId('answers').replaceChildren(...[one, ...others].map(answerRow));
  };

  const turn = (by) => {
    at = Math.min(Math.max(at + by, 0), chosen.length - 1);
    show();
  };

  const distinct = (name, from) => [...new Set(from.map((one) => one[name]))];
  const offerTemplates = () => offer(filters.template, distinct('template', samples.filter(
      (one) => !filters.dataset.value || one.dataset === filters.dataset.value))
    .sort((a, b) => a - b));

  offer(filters.dataset, distinct('dataset', samples));
  offer(filters.evaluation, distinct('evaluation', samples));
  offerTemplates();
  filters.dataset.addEventListener('change', offerTemplates);
  ['dataset', 'evaluation', 'template', 'right'].forEach((name) =>
    filters[name].addEventListener('change', choose));
  filters.text.addEventListener('input', choose);
  byId('previous').addEventListener('click', () => turn(-1));
  byId('next').addEventListener('click', () => turn(1));
  byId('browser').hidden = false;
  choose();
})();
