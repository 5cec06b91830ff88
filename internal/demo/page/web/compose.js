// Writing: the inputs, who one writes as, and things to try.
import { $, h } from './dom.js';

// post sends a request to the demo. It returns what was wrong, for the person, or "".
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    if (response.ok) return '';
    return (await response.json().catch(() => ({}))).error ?? 'That did not work.';
  } catch {
    return 'The demo does not answer. Is it still running?';
  }
}

// person keeps who one writes as, the same in all inputs.
export const person = {
  name: '',
  people: [],
  listeners: [],
  set(name) {
    this.name = name;
    for (const select of document.querySelectorAll('select[name=as]')) select.value = name;
    const may = this.people.find((p) => p.name === name)?.may ?? '';
    for (const note of document.querySelectorAll('.may')) note.textContent = `${name} ${may}`;
    for (const tell of this.listeners) tell();
  },
};

// setUp fills the inputs with what the demo is about. send and newest have a function for each place:
// send[place](text) sends, newest[place]() shows the newest there.
export function setUp(about, send, newest) {
  person.people = about.people;
  for (const select of document.querySelectorAll('select[name=as]')) {
    select.replaceChildren(...about.people.map((p) => h('option', { value: p.name }, p.name)));
    select.onchange = () => person.set(select.value);
  }
  person.set(about.people[0].name);
  for (const place of ['slack', 'github']) {
    const form = $(`#${place}-form`);
    const deliver = (text) => { newest[place](); submit(form, text, send[place]); };
    form.onsubmit = (event) => {
      event.preventDefault();
      deliver(form.elements.text.value);
    };
    $(`.suggestions[data-on=${place}]`).replaceChildren(
      ...about.suggestions.filter((s) => s.on === place).map((s) => suggestion(s, deliver)));
  }
  const area = $('#github-input');
  area.onkeydown = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $('#github-form').requestSubmit();
    }
  };
}

function suggestion(s, deliver) {
  return h('button', { type: 'button', onclick: () => { person.set(s.as); deliver(s.text); } },
    h('code', {}, s.text), h('small', {}, `${s.as}: ${s.shows}`));
}

async function submit(form, text, deliver) {
  if (form.hasAttribute('aria-busy')) return;
  const error = form.querySelector('.error');
  form.setAttribute('aria-busy', 'true');
  error.textContent = '';
  const wrong = await deliver(text);
  form.removeAttribute('aria-busy');
  error.textContent = wrong;
  if (!wrong) form.elements.text.value = '';
}
