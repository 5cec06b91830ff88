// A letter in a colour, for want of pictures. Always beside the name.
import { h } from './dom.js';

export function avatar(name, kind) {
  if (kind === 'app') return h('img', { class: 'avatar', src: 'icon.svg', alt: '', width: 36, height: 36 });
  const hue = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7);
  return h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-hue': Math.floor(hue / 60) }, name.slice(0, 1).toUpperCase());
}
