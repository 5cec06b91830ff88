// Building and updating the page. Nothing here, nor anywhere else in these modules, parses HTML:
// what people and the bot write becomes text nodes only.

// h makes an element: h('p', {class: 'x', onclick: f}, 'text', child, …). Children that are null,
// undefined or false are left out.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

export const $ = (selector) => document.querySelector(selector);

// known remembers, for each list, its items' elements and what they were made from.
const known = new WeakMap();

// keyed makes the children of parent show items, in their order. An item that did not change keeps
// its element, and so the focus, the selection and the scroll position in it.
export function keyed(parent, items, key, render) {
  const before = known.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const id = String(key(item));
    const json = JSON.stringify(item);
    const old = before.get(id);
    if (old?.json === json) {
      after.set(id, old);
      continue;
    }
    const node = render(item);
    if (before.size > 0) mark(node, old ? 'changed' : 'new');
    if (old) replace(old.node, node);
    after.set(id, { json, node });
  }
  for (const [id, { node }] of before) if (!after.has(id)) node.remove();
  let place = parent.firstElementChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  known.set(parent, after);
}

// replace puts a new element in the place of an old one. What was unfolded in it stays so. What had the focus
// keeps that, if it is still there; else the focus goes to what can be scrolled around it, and not to the top
// of the page.
function replace(old, node) {
  const folds = node.querySelectorAll('details');
  old.querySelectorAll('details').forEach((fold, i) => { if (folds[i]) folds[i].open = fold.open; });
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(node);
  if (!focused) return;
  const same = [...node.querySelectorAll('button, a')].find((e) => e.textContent === focused.textContent && !e.disabled);
  (same ?? node.closest('[tabindex]'))?.focus({ preventScroll: true });
}

// mark gives an element a class for as long as it is lit.
function mark(node, name) {
  node.classList.add(name);
  setTimeout(() => node.classList.remove(name), 1500);
}

// follow keeps a list scrolled to its end while it grows or its place shrinks, unless somebody
// scrolled up. An item that is higher than its place is shown from its beginning, once. follow returns a
// function that goes back to the end.
export function follow(scroller, content) {
  let atEnd = true;
  let [top, height] = [0, 0];
  let begun = null; // the number of items when the last one was shown from its beginning
  const toEnd = () => {
    const last = content.lastElementChild;
    if (!last || last.offsetHeight <= scroller.clientHeight) {
      begun = null;
      scroller.scrollTop = scroller.scrollHeight;
    } else if (begun !== content.childElementCount) {
      begun = content.childElementCount;
      scroller.scrollTop += last.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    }
  };
  scroller.addEventListener('scroll', () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    if (scrollHeight - scrollTop - clientHeight < 40) atEnd = true;
    else if (scrollTop < top && scrollHeight === height) atEnd = false; // by hand, not by what came or went
    [top, height] = [scrollTop, scrollHeight];
  }, { passive: true });
  const observer = new ResizeObserver(() => { if (atEnd) toEnd(); });
  observer.observe(scroller);
  observer.observe(content);
  return () => { atEnd = true; begun = null; toEnd(); };
}

// link is a link that opens elsewhere, or only its text if it leads nowhere on the web.
export function link(url, ...label) {
  return /^https?:\/\//i.test(url)
    ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, ...label)
    : h('span', {}, ...label);
}
