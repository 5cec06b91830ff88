// The conversations on GitHub.
import { $, h, keyed } from './dom.js';
import { avatar } from './avatar.js';
import { ago } from './time.js';
import { renderMarkdown } from './markdown.js';

const signs = {
  eyes: '👀', rocket: '🚀', '-1': '👎', '+1': '👍', confused: '😕', heart: '❤️', hooray: '🎉', laugh: '😄',
};

// showGitHub shows the conversation that is picked. merge(number) merges a pull request.
export function showGitHub(threads, number, merge) {
  const pick = $('#thread');
  keyed(pick, threads.map(({ number, title, pullRequest, merged }) => ({ number, title, pullRequest, merged })), (t) => t.number,
    (t) => h('option', { value: t.number }, `#${t.number} ${t.title}${t.merged ? ' (merged)' : ''}`));
  const thread = threads.find((t) => t.number === number) ?? threads[0];
  if (!thread) return;
  pick.value = thread.number;
  const title = $('#issue-title');
  title.replaceChildren(
    h('span', { class: thread.merged ? 'merged' : 'open' }, state(thread)), ' ',
    thread.title, ' ', h('span', { class: 'number' }, `#${thread.number}`));
  $('#merge').hidden = !thread.pullRequest || thread.merged;
  $('#merge').onclick = () => merge(thread.number);
  const first = { id: `opened-${thread.number}`, author: thread.author, body: thread.body, opened: true };
  keyed($('#comments'), [first, ...thread.comments], (c) => c.id, comment);
}

function state({ pullRequest, merged }) {
  if (!pullRequest) return 'Open issue';
  return merged ? 'Merged pull request' : 'Open pull request';
}

function comment(c) {
  return h('li', { class: 'comment' },
    avatar(c.author, c.bot ? 'app' : 'person'),
    h('article', { class: 'box', 'aria-label': `Comment of ${c.author}` },
      h('header', {},
        h('strong', {}, c.author.replace(/\[bot\]$/, '')),
        c.bot && h('span', { class: 'tag' }, 'bot'),
        h('span', { class: 'when' }, c.opened ? 'opened this' : ['commented ', ago(c.at)]),
        c.edited && h('span', { class: 'edited' }, '· edited')),
      h('div', { class: 'md' }, renderMarkdown(c.body)),
      c.reactions?.length > 0 && h('ul', { class: 'reactions', 'aria-label': 'Reactions' },
        c.reactions.map((r) => h('li', { title: r.by.join(', ') },
          h('span', { 'aria-hidden': 'true' }, signs[r.content] ?? r.content),
          h('span', { class: 'hidden' }, r.content), ' ', r.by.length)))));
}
