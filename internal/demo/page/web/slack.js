// The channel.
import { $, h, keyed } from './dom.js';
import { avatar } from './avatar.js';
import { clock } from './time.js';
import { renderBlocks, renderText } from './blocks.js';

// showSlack shows a channel as one of the people sees it, and what others were told alone. click(message,
// action) is called for a click on a button.
export function showSlack(channel, me, click) {
  const replies = Map.groupBy(channel.messages.filter((m) => m.thread), (m) => m.thread);
  const items = channel.messages.filter((m) => !m.thread)
    .map((m) => ({ ...m, me: m.onlyTo === me, replies: replies.get(m.id) ?? [] }));
  $('#welcome').hidden = items.length > 0;
  const show = { typing, clicking };
  keyed($('#messages'), items, (m) => m.id, (m) => (show[m.from] ?? message)(m, channel.names, click));
}

// typing and clicking show what somebody did, which in Slack nobody else sees.
const typing = (m) => doing(m, ' typed ', h('code', {}, m.text));
const clicking = (m) => doing(m, ' clicked ', h('strong', {}, m.text));

function doing(m, ...what) {
  return h('li', { class: 'typing' },
    avatar(m.author, m.from), h('p', {}, h('strong', {}, m.author), what, ' ', clock(m.at)));
}

function message(m, names, click) {
  // What only somebody else sees has no buttons for this person.
  const press = m.onlyTo && !m.me ? undefined : click;
  return h('li', { class: `message ${m.onlyTo ? 'only' : ''}` },
    m.onlyTo && h('p', { class: 'whisper' }, `${m.direct ? 'Direct message to' : 'Only visible to'} ${m.me ? 'you' : m.onlyTo}`),
    line(m, names, press),
    m.replies.length > 0 && h('div', { class: 'thread' },
      h('p', { class: 'count' }, m.replies.length === 1 ? '1 reply' : `${m.replies.length} replies`),
      h('ol', {}, m.replies.map((r) => h('li', { class: 'message' }, line(r, names, press))))));
}

function line(m, names, click) {
  const press = click && ((action) => click(m.id, action));
  return h('article', { class: 'line', 'aria-label': `${m.author}` },
    avatar(m.author, m.from),
    h('div', { class: 'says' },
      h('p', { class: 'who' },
        h('strong', {}, m.author),
        m.from === 'app' && h('span', { class: 'tag' }, 'APP'),
        clock(m.at),
        m.edited && h('span', { class: 'edited' }, '(edited)')),
      h('div', { class: 'body' }, m.blocks ? renderBlocks(m.blocks, names, press) : renderText(m.text, names))));
}
