
'use strict';
// The rows of the report come in blocks of JSON, each followed by a call of more(). Only what is in sight is in the document:
// `lines` says where each line of cells lies, and render() makes the nodes for those that are seen.

const CELL = 158, GAP = 14, CELL_HEIGHT = 226, FAILURE_HEIGHT = 64, HEADING_HEIGHT = 52, AHEAD = 400;
// Browsers bound the height of an element, Firefox at some 17.8 million pixels. A longer list is scrolled in larger steps.
const TALLEST = 10e6;
const MOST_FOLDERS = 300;
const FIRST_OUTCOMES = ['failed', 'damaged', 'kept', 'made', 'would make', 'fresh', 'not begun', 'passed over'];

const $ = id => document.getElementById(id);
const scroll = $('scroll'), grid = $('grid'), text = $('text'), details = $('details');
const rows = [], folders = new Map(), nodes = new Map();
let head = {}, view = [], lines = [], columns = 1, width = 0, total = 0, current = 0, told = 0;
let place = '', outcome = '';

function more() {
  const block = document.currentScript.previousElementSibling;
  const data = JSON.parse(block.textContent);
  block.remove();
  if (!Array.isArray(data)) return begin(data);
  const isFirst = rows.length === 0;
  data.forEach(take);
  if (isFirst) arrange();
}

function begin(data) {
  head = data;
  $('title').textContent = shown(head.title);
  document.title = shown(head.title) + ' \u2013 thumbnails';
  $('run').textContent = head.about.map(shown).join(' \u00b7 ');
}

function take(row) {
  const cut = row.p.lastIndexOf('/'), path = row.p.slice(0, Math.max(cut, 0));
  let folder = folders.get(path);
  if (!folder) folders.set(path, folder = { path, order: 0, count: 0 });
  folder.count++;
  row.folder = folder;
  row.name = row.p.slice(cut + 1);
  row.sought = [row.p, row.e, row.r, row.g].join(' ').toLowerCase();
  rows.push(row);
}

addEventListener('DOMContentLoaded', () => {
  const names = new Intl.Collator(undefined, { numeric: true });
  const sorted = [...folders.values()].sort((a, b) => names.compare(a.path, b.path));
  sorted.forEach((folder, order) => folder.order = order);
  // By bytes within a folder: a collator takes most of a second for 100,000 names.
  const rank = row => (row.o === 'failed' ? 0 : 1);
  rows.sort((a, b) => rank(a) - rank(b) || a.folder.order - b.folder.order || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  readHash();
});

/* What is shown: filters */

function arrange() {
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const below = place + '/';
  const isIn = row => !place || row.folder.path === place || row.folder.path.startsWith(below);
  const isFound = row => words.every(word => row.sought.includes(word));
  const found = rows.filter(row => isIn(row) && isFound(row));
  view = outcome ? found.filter(row => isOf(row, outcome)) : found;
  current = 0;
  clear();
  measure();
  scroll.scrollTop = 0;
  render();
  showOutcomes(found);
  showFolders();
  $('empty').hidden = view.length > 0;
  const of = view.length === rows.length ? '' : count(view.length) + ' of ';
  $('status').textContent = of + count(rows.length) + (rows.length === 1 ? ' picture' : ' pictures');
}

const isOf = (row, name) => (name === 'damaged' ? row.x === 1 : row.o === name);

function showOutcomes(found) {
  const counts = new Map();
  const add = (name, by) => counts.set(name, (counts.get(name) || 0) + by);
  for (const row of rows) { add(row.o, 0); if (row.x) add('damaged', 0); }
  for (const row of found) { add(row.o, 1); if (row.x) add('damaged', 1); }
  const known = FIRST_OUTCOMES.filter(name => counts.has(name));
  const others = [...counts.keys()].filter(name => !FIRST_OUTCOMES.includes(name)).sort();
  const button = (name, label, number) => {
    const made = make('button', name.replace(/\W/g, '-'), label, make('span', '', count(number)));
    made.type = 'button';
    made.ariaPressed = String(name === outcome);
    made.onclick = () => { outcome = name; writeHash(); arrange(); focusOutcome(); };
    return made;
  };
  $('outcomes').replaceChildren(button('', 'All', found.length),
    ...[...known, ...others].map(name => button(name, capital(shown(name)), counts.get(name))));
}

const focusOutcome = () => $('outcomes').querySelector('[aria-pressed=true]').focus();

function showFolders() {
  const children = new Map(), below = place && place + '/';
  for (const { path, count } of folders.values()) {
    if (path === place || !path.startsWith(below)) continue;
    const end = path.indexOf('/', below.length);
    const child = end < 0 ? path : path.slice(0, end);
    children.set(child, (children.get(child) || 0) + count);
  }
  const button = (path, kind, label, number) => {
    const made = make('button', kind, make('bdi', '', label), number && make('span', '', count(number)));
    made.type = 'button';
    made.title = label;
    made.onclick = () => enter(path);
    return made;
  };
  const names = new Intl.Collator(undefined, { numeric: true });
  const sorted = [...children].sort((a, b) => names.compare(a[0], b[0]));
  const parts = [make('h2', '', make('bdi', '', place ? shown(place) : 'All folders'))];
  if (place) parts.unshift(button(place.slice(0, Math.max(place.lastIndexOf('/'), 0)), 'up', '\u2191 ' + (place.includes('/') ? 'Up' : 'All folders')));
  for (const [path, number] of sorted.slice(0, MOST_FOLDERS)) parts.push(button(path, '', shown(path.slice(below.length)), number));
  if (sorted.length > MOST_FOLDERS) parts.push(make('p', '', 'and ' + count(sorted.length - MOST_FOLDERS) + ' more: find them by name'));
  $('folders').replaceChildren(...parts);
  $('unfold').textContent = place ? 'Folder: ' + shown(place) : 'Folders';
}

function enter(path) {
  place = path;
  $('unfold').ariaExpanded = 'false';
  writeHash();
  arrange();
  // The button that was pressed is gone.
  (innerWidth > 760 && $('folders').querySelector('button') || $('unfold')).focus();
}

function writeHash() {
  const said = Object.entries({ folder: place, outcome, find: text.value }).filter(([, value]) => value);
  history.replaceState(null, '', '#' + new URLSearchParams(said));
}

function readHash() {
  const said = new URLSearchParams(location.hash.slice(1));
  place = said.get('folder') || '';
  outcome = said.get('outcome') || '';
  text.value = said.get('find') || '';
  arrange();
}

/* Where it lies: lines of cells */

function measure() {
  const edge = innerWidth > 760 ? 24 : 16, room = scroll.clientWidth - 2 * edge;
  columns = Math.max(1, Math.floor((room + GAP) / (CELL + GAP)));
  width = (room - GAP * (columns - 1)) / columns;
  lines = [];
  let y = 0, group = null;
  const add = (kind, height, from, to) => { lines.push({ kind, y, height, from, to }); y += height; };
  for (let at = 0; at < view.length;) {
    const row = view[at], isFailed = row.o === 'failed', next = isFailed ? 'failed' : row.folder;
    if (next !== group) { group = next; add('heading', HEADING_HEIGHT, at, at); }
    let to = at + 1;
    if (!isFailed) while (to < view.length && to - at < columns && view[to].folder === group) to++;
    add(isFailed ? 'failure' : 'cells', isFailed ? FAILURE_HEIGHT : CELL_HEIGHT, at, to);
    at = to;
  }
  total = y + 24;
  grid.style.height = Math.min(total, TALLEST) + 'px';
  grid.edge = edge;
}

/** How many pixels of the list one pixel of the scroll bar stands for. */
const stretch = () => (total <= TALLEST ? 1 : (total - scroll.clientHeight) / (TALLEST - scroll.clientHeight));
const position = () => scroll.scrollTop * stretch();

/** The last line that is before `what`, as `isBefore` has it. */
function lineAt(what, isBefore) {
  let low = 0, high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isBefore(lines[middle], what)) low = middle; else high = middle - 1;
  }
  return low;
}
const lineOfItem = index => lineAt(index, (line, index) => line.from <= index);

function render() {
  const top = position(), shift = scroll.scrollTop - top, end = top + scroll.clientHeight + AHEAD;
  const seen = new Set();
  const put = (key, build, x, y) => {
    let node = nodes.get(key);
    if (!node) { nodes.set(key, node = build()); grid.append(node); }
    node.style.transform = `translate(${x}px, ${y + shift}px)`;
    seen.add(key);
    return node;
  };
  for (let at = lineAt(top - AHEAD, (line, y) => line.y <= y); at < lines.length && lines[at].y < end; at++) {
    const line = lines[at];
    if (line.kind === 'heading') put('h' + line.from, () => heading(line), 0, line.y);
    else if (line.kind === 'failure') put(line.from, () => failure(view[line.from], line.from), 0, line.y);
    else for (let index = line.from; index < line.to; index++) {
      const x = grid.edge + (index - line.from) * (width + GAP);
      put(index, () => cell(view[index], index), x, line.y).style.width = width + 'px';
    }
  }
  // A node that has the focus stays, so that the focus does.
  for (const [key, node] of nodes) if (!seen.has(key) && !node.contains(document.activeElement)) { node.remove(); nodes.delete(key); }
}

function clear() {
  nodes.clear();
  grid.replaceChildren();
}

/* What it looks like: nodes */

/** An element; text is only ever set as text. */
function make(name, kind, ...content) {
  const node = document.createElement(name);
  if (kind) node.className = kind;
  node.append(...content.filter(part => part || part === 0).map(part => (part instanceof Node ? part : String(part))));
  return node;
}

function heading(line) {
  const row = view[line.from], isFailed = row.o === 'failed';
  let end = line.from;
  while (end < view.length && (isFailed ? view[end].o === 'failed' : view[end].folder === row.folder)) end++;
  const title = make('h2');
  if (isFailed) title.append('Failed');
  else {
    const button = make('button', '', make('bdi', '', shown(row.folder.path) || shown(head.title)));
    button.type = 'button';
    button.tabIndex = -1;
    button.onclick = () => enter(row.folder.path);
    title.append(button);
  }
  const node = make('div', 'heading' + (isFailed ? ' failed' : ''), title, make('span', '', count(end - line.from)));
  node.style.height = HEADING_HEIGHT + 'px';
  return node;
}

function item(row, index, kind, ...content) {
  const link = make('a', '', ...content);
  const href = pictureUrl(row);
  if (href) { link.href = href; link.target = '_blank'; link.rel = 'noopener'; }
  link.title = shown(row.p);
  link.tabIndex = index === current ? 0 : -1;
  const button = make('button', 'more', 'i');
  button.type = 'button';
  button.tabIndex = -1;
  button.ariaLabel = 'Details of ' + shown(row.name);
  button.onclick = () => tell(index);
  const node = make('div', 'item ' + kind, link, button);
  node.role = 'listitem';
  node.ariaPosInSet = index + 1;
  node.ariaSetSize = view.length;
  link.onfocus = () => focused(index);
  return node;
}

function cell(row, index) {
  const mark = row.x ? make('span', 'mark damaged', 'damaged')
    : row.o !== 'made' && row.o !== 'fresh' && row.o !== 'found' && make('span', 'mark', shown(row.o));
  const fact = make('span', 'fact', size(row.t) || '\u00a0');
  const known = image => { row.t = [image.naturalWidth, image.naturalHeight, row.t ? row.t[2] : 0]; fact.textContent = size(row.t); };
  return item(row, index, 'cell',
    make('span', 'well', picture(row, image => !(row.t && row.t[0]) && known(image)) || make('span', 'none', 'no thumbnail')), mark,
    make('bdi', 'name', shown(row.name)), fact, make('span', 'fact', size(row.s) && 'from ' + size(row.s)));
}

function failure(row, index) {
  const image = picture(row);
  return item(row, index, 'failure', image && make('span', 'well', image),
    make('bdi', 'name', shown(row.p)), make('bdi', 'fact', [row.g, row.e].filter(Boolean).map(shown).join(': ')));
}

/** The thumbnail of `row`, if there is one. */
function picture(row, loaded) {
  const url = thumbnailUrl(row);
  if (!url) return null;
  const image = make('img');
  image.loading = 'lazy';
  image.decoding = 'async';
  image.draggable = false;
  image.alt = 'Thumbnail of ' + shown(row.name);
  image.onload = () => loaded && loaded(image);
  image.onerror = () => image.replaceWith(make('span', 'none', 'no thumbnail'));
  image.src = url;
  return image;
}

const encode = path => path.split('/').map(encodeURIComponent).join('/');
const thumbnailUrl = row => (row.d === 0 ? '' : head.thumbnails + (row.d || encode(row.p)));
const pictureUrl = row => (row.l === 0 || !head.pictures ? thumbnailUrl(row) : head.pictures + (row.l || encode(row.p)));

/** `name` with characters that can't be seen, or that turn the text around them, made visible. */
const shown = name => String(name)
  .replace(/[\0-\x1f\x7f]/g, found => String.fromCharCode(found === '\x7f' ? 0x2421 : 0x2400 + found.charCodeAt()))
  .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, found => '<U+' + found.charCodeAt().toString(16).toUpperCase() + '>');
const count = number => number.toLocaleString('en');
const capital = word => word.charAt(0).toUpperCase() + word.slice(1);
const bytes = number => (number < 1e3 ? number + ' B' : number < 1e6 ? (number / 1e3).toFixed(1) + ' kB' : (number / 1e6).toFixed(1) + ' MB');
const size = ([w, h, length] = []) => [w && w + ' \u00d7 ' + h, length && bytes(length)].filter(Boolean).join(' \u00b7 ');

/* Details of one picture */

function tell(index) {
  const row = view[index], url = thumbnailUrl(row), facts = [];
  const add = (name, value, kind) => value && facts.push(make('dt', '', name), make('dd', kind || '', value));
  const link = (href, label) => { const made = make('a', '', label); made.href = href; made.target = '_blank'; made.rel = 'noopener'; return made; };
  told = index;
  const image = picture(row);
  if (image) image.loading = 'eager';
  $('details-picture').replaceChildren(...(image ? [image] : []));
  $('details-name').replaceChildren(make('bdi', '', shown(row.p)));
  add('Outcome', shown(row.o) + (row.x ? ', damaged' : '') + (row.r ? ': ' + shown(row.r) : ''));
  add('Failed in', row.g && shown(row.g), 'bad');
  add('Reason', row.e && shown(row.e), 'bad');
  add('Thumbnail', size(row.t) && (url ? link(url, size(row.t)) : size(row.t)));
  for (const [path, label] of row.v || []) add('', path ? link(head.thumbnails + path, shown(label)) : shown(label));
  add('Source', size(row.s) && (row.l !== 0 && head.pictures ? link(pictureUrl(row), size(row.s)) : size(row.s)));
  for (const [name, value] of Object.entries(row.m || {})) add(capital(shown(name)), shown(value));
  $('details-facts').replaceChildren(...facts);
  if (!details.open) details.showModal();
}

details.onclick = event => event.target === details && details.close();
// The browser has given the focus back to where it was.
details.onclose = () => go(told);

/* Keys */

function focused(index) {
  const before = nodes.get(current);
  if (before) before.firstChild.tabIndex = -1;
  current = index;
  nodes.get(index).firstChild.tabIndex = 0;
}

/** Brings an item into sight and gives it the focus. */
function go(index) {
  if (!view.length) return;
  index = Math.max(0, Math.min(index, view.length - 1));
  const at = lineOfItem(index), line = lines[at];
  const begin = at > 0 && lines[at - 1].kind === 'heading' ? lines[at - 1].y : line.y - 12;
  const end = line.y + line.height - scroll.clientHeight;
  if (begin < position()) scroll.scrollTop = begin / stretch();
  else if (end > position()) scroll.scrollTop = end / stretch();
  render();
  nodes.get(index).firstChild.focus({ preventScroll: true });
}

/** The item as many lines further, in the same column. */
function down(by) {
  let at = lineOfItem(current);
  const column = current - lines[at].from, step = Math.sign(by);
  for (let left = Math.abs(by), next = at + step; left > 0 && lines[next]; next += step) {
    if (lines[next].kind !== 'heading') { at = next; left--; }
  }
  return Math.min(lines[at].from + column, lines[at].to - 1);
}

const page = () => Math.max(1, Math.floor(scroll.clientHeight / CELL_HEIGHT));
const MOVES = {
  ArrowLeft: () => current - 1, ArrowRight: () => current + 1, ArrowUp: () => down(-1), ArrowDown: () => down(1),
  PageUp: () => down(-page()), PageDown: () => down(page()), Home: () => 0, End: () => view.length - 1,
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement, isHere = at === document.body || scroll.contains(at);
  if (details.open) {
    const to = told + { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!view[to]) return;
    tell(to);
  } else if (at === text) {
    if (event.key === 'ArrowDown' || event.key === 'Enter') go(current);
    else if (event.key === 'Escape' && text.value) { text.value = ''; find(); }
    else if (event.key === 'Escape') go(current);
    else return;
  } else if (event.key === '/') text.select();
  else if (isHere && event.key === 'i' && view.length) tell(current);
  else if (isHere && MOVES[event.key] && view.length) {
    // The first key only shows where one is.
    go(at === document.body && event.key.startsWith('Arrow') ? current : MOVES[event.key]());
  } else return;
  event.preventDefault();
});

function find() {
  writeHash();
  arrange();
}

text.oninput = find;
$('unfold').onclick = () => $('unfold').ariaExpanded = String($('unfold').ariaExpanded !== 'true');
scroll.onscroll = render;
onhashchange = readHash;
new ResizeObserver(() => {
  if (!lines.length) return;
  const seen = lines[lineAt(position(), (line, y) => line.y <= y)].from;
  clear();
  measure();
  scroll.scrollTop = position() === 0 ? 0 : lines[lineOfItem(seen)].y / stretch();
  render();
}).observe(scroll);
