// Blocks of code.
import { h } from './dom.js';

const kinds = [[/^@@/, 'at'], [/^\+/, 'added'], [/^-/, 'removed']];

// codeBlock returns a block of code; in a unified diff, lines have the colour of what they say.
export function codeBlock(text, language) {
  if (language !== 'diff') return h('pre', {}, h('code', {}, text));
  const rows = text.split('\n').map((row) => {
    const kind = kinds.find(([pattern]) => pattern.test(row))?.[1];
    return [kind ? h('span', { class: kind }, row) : row, '\n'];
  });
  return h('pre', { class: 'diff' }, h('code', {}, rows));
}
