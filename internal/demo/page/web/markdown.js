// The part of GitHub's Markdown that people and the bot use in comments: headings, paragraphs, lists,
// quotes, code, tables, bold, emphasis, links, mentions, and the few HTML elements that the bot writes.
// All else is shown as it was typed.
import { h, link } from './dom.js';

// renderMarkdown returns elements for a comment's text.
export function renderMarkdown(text) {
  // A comment in HTML is where the bot hides its marker.
  const lines = text.replace(/<!--[\s\S]*?-->/g, '').replace(/\r\n?/g, '\n').split('\n');
  const out = [];
  for (let i = 0; i < lines.length;) {
    if (lines[i].trim() === '') { i += 1; continue; }
    const [node, next] = block(lines, i);
    out.push(node);
    i = next;
  }
  return out;
}

// block returns the block that begins at a line, and the line after it.
function block(lines, i) {
  const line = lines[i];
  const fence = /^(`{3,}|~{3,})/.exec(line)?.[1];
  if (fence) {
    let end = i + 1;
    while (end < lines.length && !lines[end].startsWith(fence)) end += 1;
    return [h('pre', {}, h('code', {}, lines.slice(i + 1, end).join('\n'))), end + 1];
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) return [h(`h${Math.min(6, heading[1].length + 1)}`, { class: 'md-heading' }, inline(heading[2])), i + 1];
  if (/^>/.test(line)) {
    const [end, inner] = run(lines, i, (l) => /^>/.test(l), (l) => l.replace(/^>\s?/, ''));
    return [h('blockquote', {}, renderMarkdown(inner.join('\n'))), end];
  }
  if (/^[-*+]\s+/.test(line)) {
    const [end, items] = run(lines, i, (l) => /^[-*+]\s+/.test(l), (l) => l.replace(/^[-*+]\s+/, ''));
    return [h('ul', {}, items.map((item) => h('li', {}, inline(item)))), end];
  }
  if (/^\d+[.)]\s+/.test(line)) {
    const [end, items] = run(lines, i, (l) => /^\d+[.)]\s+/.test(l), (l) => l.replace(/^\d+[.)]\s+/, ''));
    return [h('ol', {}, items.map((item) => h('li', {}, inline(item)))), end];
  }
  if (/^\s*\|.*\|\s*$/.test(line) && /^[\s|:-]+$/.test(lines[i + 1] ?? '')) {
    const [end, rows] = run(lines, i, (l) => /^\s*\|/.test(l), cells);
    return [table(rows), end];
  }
  const [end, paragraph] = run(lines, i, (l, n) => l.trim() !== '' && (n === i || !/^(#{1,6}\s|>|[-*+]\s|`{3}|~{3})/.test(l)), (l) => l);
  return [h('p', {}, inline(paragraph.join('\n'))), end];
}

function run(lines, i, belongs, map) {
  let end = i;
  while (end < lines.length && belongs(lines[end], end)) end += 1;
  return [end, lines.slice(i, end).map(map)];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => c.trim());

function table([head, , ...body]) {
  return h('table', {},
    h('thead', {}, h('tr', {}, head.map((c) => h('th', {}, inline(c))))),
    h('tbody', {}, body.map((row) => h('tr', {}, row.map((c) => h('td', {}, inline(c)))))));
}

const rules = [
  // What a backslash or an entity stands for.
  [/\\([!-/:-@[-`{-~])/y, (m) => m[1]],
  [/&(lt|gt|amp|quot|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});/iy, (m) => entity(m[1])],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (m) => h('code', {}, m[2].replace(/^ ([\s\S]*) $/, '$1'))],
  [/\*\*(?=\S)([\s\S]*?\S)\*\*/y, (m) => h('strong', {}, inline(m[1]))],
  [/<strong>([\s\S]*?)<\/strong>/iy, (m) => h('strong', {}, inline(m[1]))],
  [/<br\s*\/?>/iy, () => h('br')],
  [/\*(?=[^\s*])([^*]*[^\s*])\*/y, (m) => h('em', {}, inline(m[1]))],
  [/(?<![\w])_(?=[^\s_])([^_]*[^\s_])_(?!\w)/y, (m) => h('em', {}, inline(m[1]))],
  [/\[((?:\\.|[^\]\\])*)\]\(([^()\s]+)\)/y, (m) => link(m[2].replaceAll('&amp;', '&'), inline(m[1]))],
  [/https?:\/\/[^\s<>)\]]*[^\s<>)\].,;:!?'"]/y, (m) => link(m[0], m[0])],
  [/(?<![\w@/])@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/y, (m) => h('span', { class: 'mention' }, m[0])],
  [/(?<![\w&#])#\d+(?!\w)/y, (m) => h('span', { class: 'ref' }, m[0])],
  [/ {2,}\n|\n/y, () => h('br')],
];

// inline renders the text of a paragraph.
function inline(text) {
  const out = [];
  let plain = '';
  for (let i = 0; i < text.length;) {
    const hit = match(text, i);
    if (!hit) { plain += text[i]; i += 1; continue; }
    if (typeof hit.node === 'string') plain += hit.node;
    else { out.push(plain, hit.node); plain = ''; }
    i = hit.end;
  }
  out.push(plain);
  return out;
}

function match(text, at) {
  for (const [pattern, make] of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    // Making the node may use the same patterns again: their end is taken before.
    if (found) return { end: at + found[0].length, node: make(found) };
  }
  return null;
}

function entity(name) {
  const named = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: '\u00a0' }[name.toLowerCase()];
  if (named) return named;
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}
