// The question before a button acts: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
import { h } from './dom.js';

// ask shows a question and resolves to whether it was confirmed. Escape denies it, and so does what is
// focused at first.
export function ask(confirm, text) {
  const dialog = h('dialog', { class: 'confirm', 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
    h('form', { method: 'dialog' },
      h('h4', { id: 'confirm-title' }, confirm.title.text),
      h('p', { id: 'confirm-text' }, text),
      h('div', { class: 'b-actions' },
        h('button', { class: 'b-button', value: 'no', autofocus: true }, confirm.deny.text),
        h('button', { class: `b-button ${confirm.style ?? 'primary'}`, value: 'yes' }, confirm.confirm.text))));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    dialog.showModal();
  });
}
