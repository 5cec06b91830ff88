// The page: it shows what the demo's stream of events tells, and asks the demo to do what people want.
import { $, follow, h } from './dom.js';
import { person, post, setUp } from './compose.js';
import { showBoard } from './board.js';
import { setUpViews, showGitHub, showRepository } from './github.js';
import { showShipments } from './shipments.js';
import { showSlack } from './slack.js';
import { tick } from './time.js';

const newest = {
  slack: follow($('#slack-scroll'), $('#messages')),
  github: follow($('#github-scroll'), $('#comments')),
};

const world = { run: '', about: null, slack: null, github: null, board: null, thread: 0 };

function begin(about) {
  if (world.run && world.run !== about.run) {
    // Another demo answers now, with other people and other files perhaps.
    location.reload();
    return;
  }
  if (world.run) return;
  Object.assign(world, { run: about.run, about });
  $('#channel').textContent = about.channel;
  $('#repo').textContent = about.repo;
  $('#namespace').textContent = about.namespace;
  $('#shipments-namespace').textContent = about.namespace;
  setUp(about, {
    slack: (text) => post('api/slack', { as: person.name, text }),
    github: (text) => post('api/github', { as: person.name, number: Number($('#thread').value), text }),
  }, newest);
  const form = $('#mishap-form');
  form.elements.mishap.replaceChildren(...about.mishaps.map((m) => h('option', { value: m.id }, m.label)));
  form.onsubmit = (event) => {
    event.preventDefault();
    act.arrange(form.elements.service.value, form.elements.mishap.value);
  };
  $('#release').onclick = () => act.release(form.elements.service.value);
  $('#credential').onclick = () => act.setCredential(world.board?.credentialFails ?? false);
  $('#thread').onchange = () => { world.thread = Number($('#thread').value); drawGitHub(); newest.github(); };
  setUpViews();
  person.listeners.push(drawSlack);
}

const act = {
  async arrange(service, mishap) { complain(await post('api/mishap', { service, mishap })); },
  async release(service) { complain(await post('api/release', { service })); },
  async promote(stage) { complain(await post('api/promote', { stage })); },
  async setHealth(stage, healthy) { complain(await post('api/health', { stage, healthy })); },
  async setCredential(works) { complain(await post('api/credential', { works })); },
  async abort(stage) { complain(await post('api/abort', { stage })); },
};

// click has a button of a message clicked. What is wrong stands beside the input, as for what is typed.
async function click(message, action) {
  newest.slack();
  $('#slack-form .error').textContent = await post('api/click', { as: person.name, message, action });
}

// merge has a pull request merged. What is wrong stands beside the input, too.
async function merge(number) {
  newest.github();
  $('#merge').disabled = true;
  $('#github-form .error').textContent = await post('api/merge', { as: person.name, number });
  $('#merge').disabled = false;
}

function complain(wrong) { $('#mishap-form .error').textContent = wrong; }

function drawSlack() { if (world.slack) showSlack(world.slack, person.name, click); }
function drawGitHub() { if (world.github) showGitHub(world.github, world.thread, merge); }

function drawBoard() {
  showBoard(world.board, world.about.mishaps, act);
  $('#credential').textContent = world.board.credentialFails ? 'Mend the credential' : 'Let a credential fail';
  const select = $('#mishap-form').elements.service;
  if (select.options.length === 0) select.append(...world.board.services.map((s) => h('option', {}, s.name)));
}

const shows = {
  about: begin,
  board: (board) => { world.board = board; drawBoard(); },
  slack: (slack) => { world.slack = slack; drawSlack(); },
  github: (github) => { world.github = github; drawGitHub(); },
  repository: showRepository,
  shipments: showShipments,
};

function say(state, text) {
  const link = $('#link');
  link.dataset.state = state;
  link.textContent = text;
}

// connect follows the stream. The browser comes back by itself after a break, but not after an answer
// that is no stream.
function connect() {
  const source = new EventSource('api/events');
  source.onopen = () => say('live', 'live');
  source.onerror = () => {
    say('lost', 'reconnecting');
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
  for (const [name, show] of Object.entries(shows)) {
    source.addEventListener(name, (event) => show(JSON.parse(event.data)));
  }
}

// On a narrow screen one panel is shown at a time.
for (const tab of document.querySelectorAll('.tabs button')) {
  tab.onclick = () => {
    document.body.dataset.panel = tab.dataset.panel;
    for (const other of document.querySelectorAll('.tabs button')) {
      other.setAttribute('aria-pressed', String(other === tab));
    }
  };
}

setInterval(tick, 1000);
connect();
