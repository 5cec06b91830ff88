// The repository on GitHub: its conversations, what is deployed of it, and its releases.
import { $, h, keyed, link } from './dom.js';
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

// showRepository shows what GitHub tells of a repository besides its conversations.
export function showRepository({ environments, releases }) {
  $('#no-environments').hidden = environments.length > 0;
  keyed($('#environments'), environments, (e) => e.name, environment);
  keyed($('#releases'), releases, (r) => r.tag, release);
}

// setUpViews has the buttons of the repository show what they name.
export function setUpViews() {
  const views = document.querySelectorAll('.panel.github > [data-view]');
  const buttons = document.querySelectorAll('.views button');
  for (const button of buttons) {
    button.onclick = () => {
      for (const view of views) view.hidden = view.dataset.view !== button.dataset.view;
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
    };
  }
}

function environment(e) {
  return h('li', { class: 'environment', 'data-state': e.state },
    h('h4', {}, e.name, e.production && h('span', { class: 'tag' }, 'production')),
    h('p', { class: 'deployed' },
      h('span', { class: 'state' }, e.state.replace('_', ' ')), ' ', h('code', {}, e.commit.slice(0, 7)), ' ', ago(e.at)),
    h('p', { class: 'description' }, e.description),
    h('p', { class: 'more' },
      e.url && link(e.url, 'View deployment'), e.deployments > 1 && ` · ${e.deployments} deployments`));
}

function release(r) {
  return h('li', { class: 'comment' },
    h('article', { class: 'box', 'aria-label': `Release ${r.tag}` },
      h('header', {},
        h('strong', {}, r.name), h('span', { class: 'tag' }, r.tag),
        h('span', { class: 'when' }, `${r.author.replace(/\[bot\]$/, '')} released this `, ago(r.at))),
      h('div', { class: 'md' }, renderMarkdown(r.notes))));
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
