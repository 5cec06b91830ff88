// Times as people read them. What grows old is brought up to date by tick.
import { h } from './dom.js';

// clock is the time of day: "14:03".
export function clock(at) {
  const date = new Date(at);
  return h('time', { datetime: at, title: date.toLocaleString() },
    date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false }));
}

// age is how long ago something was, as kubectl writes it: "42s", "3m10s", "5d".
export function age(at) {
  return h('time', { datetime: at, title: new Date(at).toLocaleString(), 'data-age': '' }, short(at));
}

// ago is how long ago something was, in words: "3 minutes ago".
export function ago(at) {
  return h('time', { datetime: at, title: new Date(at).toLocaleString(), 'data-ago': '' }, words(at));
}

const seconds = (at) => Math.max(0, Math.floor((Date.now() - new Date(at).getTime()) / 1000));

export function short(at) {
  const s = seconds(at);
  if (s < 120) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 10) return s % 60 ? `${m}m${s % 60}s` : `${m}m`;
  if (m < 180) return `${m}m`;
  if (m < 48 * 60) return `${Math.floor(m / 60)}h`;
  return `${Math.floor(m / 60 / 24)}d`;
}

function words(at) {
  const s = seconds(at);
  const unit = (n, name) => `${n} ${name}${n === 1 ? '' : 's'} ago`;
  if (s < 45) return 'just now';
  if (s < 3600) return unit(Math.max(1, Math.round(s / 60)), 'minute');
  if (s < 86400) return unit(Math.round(s / 3600), 'hour');
  return unit(Math.round(s / 86400), 'day');
}

// tick brings all ages on the page up to date.
export function tick() {
  for (const e of document.querySelectorAll('time[data-age]')) put(e, short(e.dateTime));
  for (const e of document.querySelectorAll('time[data-ago]')) put(e, words(e.dateTime));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
