// The part of GitHub's Markdown that people and the bot use in comments: headings, paragraphs, lists,
// quotes, code, tables, what is folded, bold, emphasis, links, mentions, and the few HTML elements that the
// bot writes. All else is shown as it was typed.
import { codeBlock } from './code.js';
import { h, link } from './dom.js';

// renderMarkdown returns elements for a comment's text.
export const renderMarkdown = (text) => renderLines(text.replace(/\r\n?/g, '\n').split('\n'));

function renderLines(lines) {
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
  // A comment in HTML is where the bot hides its marker.
  if (/^<!--/.test(line)) {
    const end = lines.findIndex((l, n) => n >= i && l.includes('-->'));
    return ['', (end < 0 ? lines.length : end) + 1];
  }
  const fence = fenceOf(line);
  if (fence) {
    const end = fenceEnd(lines, i, fence);
    return [codeBlock(lines.slice(i + 1, end).join('\n'), fence[2].trim()), end + 1];
  }
  const summary = /^<details>\s*<summary>(.*)<\/summary>\s*$/i.exec(line)?.[1];
  if (summary !== undefined) {
    const end = detailsEnd(lines, i);
    return [h('details', {}, h('summary', {}, inline(summary)), h('div', { class: 'md' }, renderLines(lines.slice(i + 1, end)))), end + 1];
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) return [h(`h${Math.min(6, heading[1].length + 1)}`, { class: 'md-heading' }, inline(heading[2])), i + 1];
  if (/^>/.test(line)) {
    const [end, inner] = run(lines, i, (l) => /^>/.test(l), (l) => l.replace(/^>\s?/, ''));
    return [h('blockquote', {}, renderLines(inner)), end];
  }
  if (/^[-*+]\s+/.test(line)) {
    const [end, items] = run(lines, i, (l) => bullet.test(l), (l) => bullet.exec(l));
    return [list(items.map(([, indent, text]) => [indent.length, text])), end];
  }
  if (/^\d+[.)]\s+/.test(line)) {
    const [end, items] = run(lines, i, (l) => /^\d+[.)]\s+/.test(l), (l) => l.replace(/^\d+[.)]\s+/, ''));
    return [h('ol', {}, items.map((item) => h('li', {}, inline(item)))), end];
  }
  if (/^\s*\|.*\|\s*$/.test(line) && /^[\s|:-]+$/.test(lines[i + 1] ?? '')) {
    const [end, rows] = run(lines, i, (l) => /^\s*\|/.test(l), cells);
    return [table(rows), end];
  }
  const [end, paragraph] = run(lines, i, (l, n) => l.trim() !== '' && (n === i || !begins(l)), (l) => l);
  return [h('p', {}, inline(paragraph.join('\n'))), end];
}

const bullet = /^( *)[-*+]\s+(.*)$/;

// list makes a list of [indent, text]; what is indented more is in a list of its own below the item before.
function list(items) {
  const root = { indent: items[0][0], node: h('ul') };
  const open = [root];
  for (const [indent, text] of items) {
    while (open.length > 1 && indent < open.at(-1).indent) open.pop();
    if (indent > open.at(-1).indent) {
      const inner = h('ul');
      open.at(-1).node.lastElementChild.append(inner);
      open.push({ indent, node: inner });
    }
    open.at(-1).node.append(h('li', {}, inline(text)));
  }
  return root.node;
}

// fenceOf matches the line that begins a block of code; its language follows.
const fenceOf = (line) => /^(`{3,})([^`]*)$/.exec(line) ?? /^(~{3,})(.*)$/.exec(line);

// fenceEnd returns the line that ends the block of code that begins at a line.
function fenceEnd(lines, i, [, fence]) {
  let end = i + 1;
  while (end < lines.length && !(lines[end].startsWith(fence) && lines[end].trimEnd() === fence[0].repeat(lines[end].trimEnd().length))) end += 1;
  return end;
}

// detailsEnd returns the line that ends what is folded from a line on.
function detailsEnd(lines, i) {
  let end = i + 1;
  while (end < lines.length && !/^<\/details>\s*$/i.test(lines[end])) {
    const fence = fenceOf(lines[end]);
    end = fence ? fenceEnd(lines, end, fence) + 1 : end + 1;
  }
  return Math.min(end, lines.length);
}

// begins tells whether a line ends the paragraph before it.
const begins = (line) => fenceOf(line) || /^(#{1,6}\s|>|[-*+]\s|<!--|<\/?details>)/i.test(line);

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
  [/<(strong|code|span)>([\s\S]*?)<\/\1>/iy, (m) => h(m[1].toLowerCase(), {}, inline(m[2]))],
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
