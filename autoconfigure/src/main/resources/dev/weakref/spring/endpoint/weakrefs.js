
'use strict';
(() => {
  const INTERVAL = 2000; // milliseconds between two looks
  const SAMPLES = 450; // a quarter of an hour
  const TRIGGERS = ['EXPLICIT', 'UNREACHABLE', 'EXIT'];
  const KINDS = {NOT_CLOSED: 'not closed', OVERDUE: 'overdue', RESOLVED: 'resolved'};

  const here = location.pathname.replace(/\/+$/, '');
  const $ = id => document.getElementById(id);
  const body = id => $(id).tBodies[0];
  const filters = $('filters');
  const number = new Intl.NumberFormat('en');
  const clock = new Intl.DateTimeFormat('en', {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
  const byText = new Intl.Collator('en', {numeric: true}).compare;

  let sort = {by: 'id', descending: true};
  let cursor = null; // of the page that is shown; null for the newest
  let next = null; // cursor of the page after it
  let finalizers = [];
  let severalRegistries = false;
  let paused = false;
  let timer = 0;
  let looks = 0; // numbers the requests, so that a late answer is known
  const samples = [];
  const opened = new Map(); // id → its details row

  // Nothing is ever written as HTML: texts are text nodes.
  function element(name, properties, ...children) {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  }

  function svg(name, attributes, text) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function cell(label, className, ...content) {
    const made = element('td', {className: className || ''}, ...content);
    made.dataset.label = label;
    return made;
  }

  function count(label, value, warns) {
    const kind = value === 0 ? ' zero' : warns ? ' warn' : '';
    return cell(label, 'n' + kind, number.format(value));
  }

  function className(name) {
    if (!name) return [element('span', {className: 'package'}, 'gone')];
    const end = name.replace(/[<$/].*/, '').lastIndexOf('.') + 1;
    return [element('span', {className: 'package'}, name.slice(0, end)), element('wbr'), name.slice(end)];
  }

  function age(createdAt) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(createdAt)) / 1000));
    const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'],
      [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']];
    const first = parts.findIndex(([value]) => value > 0);
    return first < 0 ? '0 s'
      : parts.slice(first, first + 2).map(([value, unit]) => value + ' ' + unit).join(' ');
  }

  function when(instant) {
    const date = new Date(instant);
    const today = date.toDateString() === new Date().toDateString();
    return (today ? '' : instant.slice(0, 10) + ' ') + clock.format(date);
  }

  /** Brings the rows in this order, touching only what differs, so that focus and selection stay where they are. */
  function arrange(parent, rows) {
    let at = parent.firstChild;
    for (const row of rows) {
      if (row === at) at = at.nextSibling;
      else parent.insertBefore(row, at);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  function fill(row, cells) {
    cells.forEach((fresh, index) => {
      const old = row.cells[index];
      if (!old) row.append(fresh);
      else if (!old.isEqualNode(fresh)) old.replaceWith(fresh);
    });
  }

  function table(id, items, emptyId, toCells) {
    $(id).hidden = items.length === 0;
    $(emptyId).hidden = items.length > 0;
    const rows = [...body(id).rows].slice(0, items.length);
    while (rows.length < items.length) rows.push(element('tr'));
    items.forEach((item, index) => fill(rows[index], toCells(item)));
    arrange(body(id), rows);
  }

  // What is shown.

  function sum(list, wanted = () => true) {
    return list.filter(wanted).reduce((total, entry) => total + entry.count, 0);
  }

  function showRegistries(registries) {
    table('registries', registries, 'no-registries', registry => {
      const name = [registry.name];
      if (registry.primary && registries.length > 1) name.push(element('span', {className: 'mark'}, 'primary'));
      if (registry.closed) name.push(element('span', {className: 'mark bad'}, 'closed'));
      return [
        cell('Registry', 'key', ...name),
        count('Live', registry.live),
        count('Registered', registry.registered),
        ...TRIGGERS.map((trigger, index) =>
          count(['Run: called', 'Run: collected', 'Run: at exit'][index], sum(registry.ran, runs => runs.trigger === trigger))),
        count('Failed', sum(registry.ran, runs => runs.outcome === 'FAILURE'), true),
        count('Timed out', sum(registry.ran, runs => runs.outcome === 'TIMEOUT'), true),
        count('Detached', registry.detached),
        count('Leaks', sum(registry.leaks, leaks => leaks.kind !== 'RESOLVED'), true),
        cell('Leak level', '', registry.leakLevel.toLowerCase()),
      ];
    });
  }

  function showCollections(collections) {
    table('collections', collections, 'no-collections', collection => [
      cell('Type', 'key', collection.type.replace(/(?:[\w$]+\.)+(?=[\w$])/g, '')),
      collection.name ? cell('Name', '', collection.name) : cell('Name', 'zero', '–'),
      count('Size', collection.estimatedSize),
      count('Added', collection.added),
      count('Removed', collection.removed),
      count('Collected', collection.collected),
    ]);
    [...body('collections').rows].forEach((row, index) => { row.title = collections[index].type; });
  }

  function showLeaks(leaks) {
    table('leaks', leaks, 'no-leaks', leak => [
      cell('Found', 'time', when(leak.foundAt)),
      cell('What', '', element('span', {className: leak.kind === 'RESOLVED' ? 'mark' : 'mark bad'}, KINDS[leak.kind] || leak.kind)),
      cell('Id', 'n', leak.id),
      cell('Name', 'key', leak.name),
      cell('Created by', 'long', leak.createdBy || leak.action),
    ]);
  }

  function valueOf(finalizer) {
    switch (sort.by) {
      case 'id': return -finalizers.indexOf(finalizer); // they come newest first, registry by registry
      case 'age': return -Date.parse(finalizer.createdAt);
      default: return String(finalizer[sort.by] ?? '');
    }
  }

  function compare(left, right) {
    const a = valueOf(left);
    const b = valueOf(right);
    const order = typeof a === 'number' ? a - b : byText(a, b);
    return sort.descending ? -order : order;
  }

  function showFinalizers() {
    const known = new Map([...body('list').rows].filter(row => row.dataset.id).map(row => [row.dataset.id, row]));
    const rows = [];
    for (const finalizer of [...finalizers].sort(compare)) {
      const row = known.get(finalizer.id) || newRow(finalizer.id);
      update(row, finalizer);
      rows.push(row);
      if (opened.has(finalizer.id)) rows.push(opened.get(finalizer.id));
    }
    const shown = new Set(finalizers.map(finalizer => finalizer.id));
    for (const id of opened.keys()) if (!shown.has(id)) opened.delete(id);
    arrange(body('list'), rows);
    for (const heading of $('list').tHead.rows[0].cells) {
      const by = heading.firstElementChild.dataset.sort;
      if (by === sort.by) heading.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
      if (by === 'registry') heading.hidden = !severalRegistries;
    }
    showEmpty();
  }

  function newRow(id) {
    const row = element('tr');
    row.dataset.id = id;
    const open = element('button', {type: 'button', className: 'open', onclick: () => toggle(id, open)});
    open.setAttribute('aria-expanded', 'false');
    const key = cell('Name', 'key', open);
    row.append(cell('Id', 'n'), key, cell('Referent', 'long'), cell('Registry', 'long'), cell('At exit'), cell('Age', 'n'));
    return row;
  }

  function update(row, finalizer) {
    const [id, name, referent, registry, atExit, old] = row.cells;
    setText(id, finalizer.id.replace(/^.*:/, ''));
    setText(name.firstChild, finalizer.name);
    const marks = [];
    if (finalizer.overdue) marks.push(element('span', {className: 'mark bad'}, 'overdue'));
    if (finalizer.mustBeClosed) marks.push(element('span', {className: 'mark'}, 'must be closed'));
    while (name.childNodes.length > 1) name.lastChild.remove();
    name.append(...marks);
    referent.replaceChildren(element('span', {}, ...className(finalizer.referentType)));
    setText(registry, finalizer.registry);
    registry.hidden = !severalRegistries;
    setText(atExit, finalizer.atExit ? 'runs' : 'is detached');
    setText(old, age(finalizer.createdAt));
    old.title = finalizer.createdAt;
  }

  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function showEmpty() {
    const filtered = isFiltered();
    $('none').hidden = finalizers.length > 0;
    $('none').textContent = next ? 'None of the 10,000 that were looked at matches. There are older ones.'
      : cursor ? 'There are no older ones' + (filtered ? ' that match.' : '.')
      : filtered ? 'No live finalizer matches.'
      : 'Nothing is live: each finalizer has run or was detached.';
    $('shown').textContent = finalizers.length === 0 ? ''
      : number.format(finalizers.length) + (finalizers.length === 1 ? ' finalizer' : ' finalizers')
        + (cursor || next ? ' on this page; sorting is within it' : '');
    $('newest').disabled = !cursor;
    $('older').disabled = !next;
    $('clear').disabled = !filtered;
  }

  async function toggle(id, button) {
    if (opened.has(id)) {
      opened.get(id).remove();
      opened.delete(id);
      button.setAttribute('aria-expanded', 'false');
      return;
    }
    const list = element('dl');
    const row = element('tr', {className: 'details'}, element('td', {colSpan: 6}, list));
    opened.set(id, row);
    button.setAttribute('aria-expanded', 'true');
    button.closest('tr').after(row);
    try {
      const finalizer = await read('/' + encodeURIComponent(id), '');
      entry(list, 'Created', finalizer.createdAt);
      entry(list, 'Referent', finalizer.referentType || 'gone');
      entry(list, 'Action', finalizer.action);
      if (finalizer.referent != null) entry(list, 'It says', finalizer.referent);
      if (finalizer.state != null) entry(list, 'State', finalizer.state);
      if (finalizer.stack) entry(list, 'Created by', finalizer.stack.join('\n'), 'code');
      else entry(list, 'Created by', 'not recorded at this leak level');
    } catch (problem) {
      entry(list, 'Gone', problem.status === 404 ? 'It is not live any more.' : problem.message);
    }
  }

  function entry(list, term, text, kind) {
    list.append(element('dt', {}, term), element('dd', {className: kind || ''}, text));
  }

  // The charts.

  function sample(registries) {
    const live = registries.reduce((total, registry) => total + registry.live, 0);
    const ran = registries.reduce((total, registry) => total + sum(registry.ran), 0);
    samples.push({at: Date.now(), live, ran});
    if (samples.length > SAMPLES) samples.shift();
    setText($('live'), number.format(live));
    setText($('ran'), number.format(ran));
    drawAll();
  }

  function drawAll() {
    if (samples.length === 0) return;
    const before = samples[0].ran;
    const ranNow = samples[samples.length - 1].ran - before;
    setText($('ran-since'), number.format(ranNow) + ' since ' + clock.format(samples[0].at));
    draw($('live-chart'), 'Live finalizers', samples.map(point => point.live));
    draw($('ran-chart'), 'Finalizers run since this page was opened', samples.map(point => point.ran - before));
  }

  /** The next round number that is as large, of the form 1, 2 or 5 times a power of ten; whole, and even above one. */
  function ceiling(value) {
    if (value <= 2) return 2;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 4, 6, 8, 10].map(step => step * power).find(step => step >= value);
  }

  function draw(chart, label, values) {
    const width = chart.clientWidth || 500;
    const height = chart.clientHeight || 144;
    const top = ceiling(Math.max(...values));
    const widest = number.format(top).length;
    const left = 8 + 6.5 * widest;
    const right = width - 6;
    const bottom = height - 20;
    const first = samples[0].at;
    const span = Math.max(samples[samples.length - 1].at - first, 30 * INTERVAL);
    const x = at => left + (at - first) / span * (right - left);
    const y = value => bottom - value / top * (bottom - 12);
    const points = values.map((value, index) => x(samples[index].at).toFixed(1) + ' ' + y(value).toFixed(1));
    const last = values.length - 1;
    const parts = [];
    for (const tick of [0, top / 2, top]) {
      parts.push(svg('line', {class: 'grid', x1: left, x2: right, y1: y(tick), y2: y(tick)}));
      parts.push(svg('text', {x: left - 8, y: y(tick) + 4, 'text-anchor': 'end'}, number.format(tick)));
    }
    parts.push(svg('path', {class: 'area', d: 'M' + points.join('L') + 'L' + x(samples[last].at).toFixed(1) + ' ' + bottom + 'L' + left + ' ' + bottom + 'Z'}));
    parts.push(svg('path', {class: 'line', d: 'M' + points.join('L')}));
    parts.push(svg('circle', {class: 'now', cx: x(samples[last].at), cy: y(values[last]), r: 3}));
    parts.push(svg('text', {x: left, y: height - 4}, clock.format(first)));
    parts.push(svg('text', {x: right, y: height - 4, 'text-anchor': 'end'}, clock.format(first + span)));
    chart.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    chart.setAttribute('aria-label', label + ', ' + values.length + ' looks since ' + clock.format(first) + ': now '
      + number.format(values[last]) + ', at least ' + number.format(Math.min(...values)) + ', at most ' + number.format(Math.max(...values)));
    chart.dataset.points = values.length;
    chart.replaceChildren(...parts);
  }

  // What is read.

  function wishes() {
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(filters)) if (value !== '') wanted.set(name, value);
    return wanted;
  }

  function isFiltered() {
    return wishes().toString() !== '';
  }

  async function read(path, query) {
    const answer = await fetch(here + path + (query ? '?' + query : ''),
      {headers: {Accept: 'application/json'}, cache: 'no-store', credentials: 'same-origin', redirect: 'manual'});
    const isJson = (answer.headers.get('Content-Type') || '').includes('json');
    if (answer.ok && isJson) return answer.json();
    const isLogin = answer.ok || answer.type === 'opaqueredirect';
    const problem = new Error(isLogin ? 'The answer is no JSON. Are you still signed in?' : 'The endpoint answers with status ' + answer.status + '.');
    problem.status = answer.status;
    if (answer.status === 400 && isJson) problem.message = (await answer.json()).message || problem.message;
    throw problem;
  }

  async function look() {
    clearTimeout(timer);
    const mine = ++looks;
    const wanted = wishes();
    if (cursor) wanted.set('cursor', cursor);
    try {
      const answer = await read('', wanted);
      if (mine !== looks) return;
      finalizers = answer.finalizers;
      next = answer.cursor || null;
      severalRegistries = answer.registries.length > 1;
      $('list').classList.toggle('several', severalRegistries);
      $('bad-filter').hidden = true;
      $('trouble').hidden = true;
      sample(answer.registries);
      showRegistries(answer.registries);
      showFinalizers();
      showCollections(answer.collections);
      showLeaks(answer.leaks);
      $('dot').className = paused ? '' : 'on';
      setText($('updated'), (paused ? 'Paused at ' : 'Updated ') + clock.format(new Date()));
    } catch (problem) {
      if (mine !== looks) return;
      if (problem.status === 400 && cursor && problem.message.startsWith('The parameter cursor ')) {
        cursor = null; // its registry is gone
        look();
        return;
      }
      const place = problem.status === 400 ? 'bad-filter' : 'trouble';
      $(place).hidden = false;
      setText($(place), problem.status !== undefined ? problem.message : 'The application does not answer. This page tries again.');
      $('dot').className = 'off';
    }
    if (!paused && !document.hidden) timer = setTimeout(look, INTERVAL);
  }

  function lookAnew() {
    cursor = null;
    const query = wishes().toString();
    history.replaceState(null, '', here + (query ? '?' + query : ''));
    look();
  }

  // What a person does.

  let typing = 0;
  filters.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(lookAnew, 250);
  });
  filters.addEventListener('submit', event => {
    event.preventDefault();
    lookAnew();
  });
  filters.addEventListener('reset', () => setTimeout(() => {
    filters.elements.name.focus();
    lookAnew();
  }));
  $('list').tHead.addEventListener('click', event => {
    const by = event.target.dataset.sort;
    if (!by) return;
    sort = {by, descending: by === sort.by ? !sort.descending : by === 'id' || by === 'age'};
    showFinalizers();
  });
  $('older').addEventListener('click', () => {
    cursor = next;
    look();
  });
  $('newest').addEventListener('click', () => {
    cursor = null;
    look();
  });
  $('pause').addEventListener('click', () => {
    paused = !paused;
    $('pause').setAttribute('aria-pressed', String(paused));
    setText($('pause'), paused ? 'Go on' : 'Pause');
    look();
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)
        && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filters.elements.name.focus();
    }
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !paused) look();
  });
  addEventListener('resize', drawAll);

  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = filters.elements[name];
    if (field instanceof HTMLElement) field.value = value;
  }
  look();
})();
