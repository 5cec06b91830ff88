// The board: services by environments.
import { $, h, keyed } from './dom.js';
import { age } from './time.js';

// showBoard shows what runs where. act has promote(stage), setHealth(stage, healthy), abort(stage), and
// arrange(service, mishap).
export function showBoard(board, mishaps, act) {
  keyed($('#grid thead'), [board.environments], () => 'head',
    (names) => h('tr', {}, h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'Service')), names.map((n) => h('th', { scope: 'col' }, n))));
  keyed($('#grid tbody'), board.services, (s) => s.name, (s) => row(s, mishaps, act));
}

function row(service, mishaps, act) {
  const mishap = mishaps.find((m) => m.id === service.mishap);
  return h('tr', {},
    h('th', { scope: 'row' },
      h('span', { class: 'service', 'data-service': service.name }, service.name),
      mishap && h('button', {
        class: 'armed', type: 'button', title: 'Let it go well after all',
        onclick: () => act.arrange(service.name, ''),
      }, `next will ${mishap.label}`, h('span', { 'aria-hidden': 'true' }, ' ×'), h('span', { class: 'hidden' }, ': undo'))),
    service.cells.map((c) => h('td', {}, cell(c, act))));
}

const health = {
  Healthy: 'healthy', Progressing: 'progressing', Unhealthy: 'unhealthy', Unknown: 'unknown', NotApplicable: 'no checks',
};

function cell(c, act) {
  return h('div', { class: 'cell', 'data-health': c.running ? 'Running' : c.health },
    h('p', { class: 'version', title: c.alias && `Freight ${c.alias}` }, c.version ?? 'nothing yet'),
    c.running ? running(c, act) : resting(c, act));
}

function resting(c, act) {
  return [
    h('p', { class: 'health' },
      c.health && h('button', {
        class: 'word', type: 'button', title: c.health === 'Unhealthy' ? 'Let it be well again' : 'Let it become unhealthy',
        onclick: () => act.setHealth(c.stage, c.health === 'Unhealthy'),
      }, health[c.health] ?? c.health),
      c.since && h('span', { class: 'since' }, age(c.since))),
    c.ended && h('p', { class: 'ended', title: c.ended.message }, `${c.ended.version} ${c.ended.phase.toLowerCase()}`),
    c.waits && h('button', {
      class: 'waits', type: 'button', title: 'Promote it as Kargo’s UI does', onclick: () => act.promote(c.stage),
    }, `${c.waits} waits`),
  ];
}

function running(c, act) {
  const { step, steps, stepName, verifying, version } = c.running;
  const text = verifying ? 'verifying' : step > 0 ? `${step} of ${steps} · ${stepName}` : 'in the queue';
  return [
    h('p', { class: 'coming' }, `→ ${version}`),
    h('progress', { max: Math.max(steps, 1), value: verifying ? steps : Math.max(0, step - 1), 'aria-label': `Promotion to ${c.stage}` }),
    h('p', { class: 'step' }, text),
    !verifying && h('button', { class: 'abort', type: 'button', title: 'As the button in Kargo’s UI does', onclick: () => act.abort(c.stage) }, 'Abort'),
    c.queued > 0 && h('p', { class: 'waits' }, `${c.queued} more in the queue`),
  ];
}
