// Slack's Block Kit, as far as an app's messages use it: https://docs.slack.dev/block-kit
import { h, link } from './dom.js';
import { ask } from './confirm.js';

// renderBlocks returns elements for blocks; names tells what the IDs in them stand for, and press(id) is
// called for the button with that action_id. Without press, buttons can't be clicked.
export function renderBlocks(blocks, names, press) {
  return blocks.map((block) => renderers[block.type]?.(block, names, press) ?? unknown(block));
}

// renderText is a message without blocks.
export const renderText = (text, names) => h('p', { class: 'b-section' }, mrkdwn(text, names));

const renderers = {
  header: (b) => h('h4', { class: 'b-header' }, b.text.text),
  divider: () => h('hr', { class: 'b-divider' }),
  section: (b, names, press) => h('div', { class: 'b-section' },
    b.text && h('p', {}, textObject(b.text, names)),
    b.fields && h('div', { class: 'b-fields' }, b.fields.map((f) => h('p', {}, textObject(f, names)))),
    b.accessory && element(b.accessory, names, press)),
  context: (b, names) => h('p', { class: 'b-context' }, b.elements.map((e) => element(e, names))),
  actions: (b, names, press) => h('div', { class: 'b-actions' }, b.elements.map((e) => element(e, names, press))),
  rich_text: (b, names) => h('div', { class: 'b-rich' }, b.elements.map((e) => richElement(e, names))),
};

const unknown = (block) => h('p', { class: 'b-context' }, `(a block of type ${block.type})`);

function textObject(text, names) {
  return text.type === 'mrkdwn' ? mrkdwn(text.text, names) : text.text;
}

function element(e, names, press) {
  switch (e.type) {
    case 'button':
      return e.url
        ? h('a', { class: `b-button ${e.style ?? ''}`, href: safe(e.url), target: '_blank', rel: 'noopener noreferrer' }, e.text.text)
        : button(e, names, press);
    case 'plain_text':
    case 'mrkdwn':
      return h('span', {}, textObject(e, names));
    default:
      return h('span', {}, `(${e.type})`);
  }
}

// button asks first, if it has a question, and then acts; while it acts it takes no second click.
function button(e, names, press) {
  const click = async () => {
    if (node.hasAttribute('aria-busy') || (e.confirm && !await ask(e.confirm, textObject(e.confirm.text, names)))) return;
    node.setAttribute('aria-busy', 'true');
    await press(e.action_id);
    node.removeAttribute('aria-busy');
  };
  const node = h('button', { class: `b-button ${e.style ?? ''}`, type: 'button', disabled: !press, onclick: click }, e.text.text);
  return node;
}

const safe = (url) => (/^https?:\/\//i.test(url) ? url : '#');

function richElement(e, names) {
  switch (e.type) {
    case 'rich_text_section':
      return h('p', {}, inline(e.elements, names));
    case 'rich_text_preformatted':
      return h('pre', { class: e.border ? 'b-border' : null }, inline(e.elements, names));
    case 'rich_text_quote':
      return h('blockquote', {}, inline(e.elements, names));
    case 'rich_text_list':
      return h(e.style === 'ordered' ? 'ol' : 'ul',
        { class: e.border ? 'b-border' : null, 'data-indent': e.indent || null, start: e.style === 'ordered' && e.offset ? e.offset + 1 : null },
        e.elements.map((i) => h('li', {}, inline(i.elements, names))));
    default:
      return h('p', {}, `(${e.type})`);
  }
}

const inline = (elements, names) => elements.map((e) => styled(leaf(e, names), e.style));

function leaf(e, names) {
  switch (e.type) {
    case 'text': return e.text;
    case 'link': return link(e.url, e.text ?? e.url);
    case 'user': return mention('@', e.user_id, names);
    case 'usergroup': return mention('@', e.usergroup_id, names);
    case 'channel': return mention('#', e.channel_id, names);
    case 'broadcast': return h('span', { class: 'mention' }, `@${e.range}`);
    case 'emoji': return `:${e.name}:`;
    default: return `(${e.type})`;
  }
}

const mention = (sign, id, names) => h('span', { class: 'mention' }, sign + (names[id] ?? id));

function styled(node, style) {
  if (!style) return node;
  if (style.code) node = h('code', {}, node);
  if (style.bold) node = h('strong', {}, node);
  if (style.italic) node = h('em', {}, node);
  if (style.strike) node = h('s', {}, node);
  return node;
}

// mrkdwn renders Slack's own markup: https://docs.slack.dev/messaging/formatting-message-text
function mrkdwn(text, names) {
  const out = [];
  const token = /<([^>\n]+)>|`([^`\n]+)`|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)|~([^~\n]+)~/g;
  let end = 0;
  for (const m of text.matchAll(token)) {
    out.push(unescape(text.slice(end, m.index)));
    end = m.index + m[0].length;
    if (m[1] !== undefined) out.push(angle(m[1], names));
    else if (m[2] !== undefined) out.push(h('code', {}, unescape(m[2])));
    else if (m[3] !== undefined) out.push(h('strong', {}, unescape(m[3])));
    else if (m[4] !== undefined) out.push(h('em', {}, unescape(m[4])));
    else out.push(h('s', {}, unescape(m[5])));
  }
  out.push(unescape(text.slice(end)));
  return out;
}

function angle(inside, names) {
  const [target, label] = inside.split('|', 2);
  switch (target[0]) {
    case '@': return mention('@', target.slice(1), names);
    case '#': return mention('#', target.slice(1), names);
    case '!': return h('span', { class: 'mention' }, `@${label ?? target.slice(1)}`);
    default: return link(target, unescape(label ?? target));
  }
}

const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name]);
