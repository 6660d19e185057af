
"use strict";
// Without this script every item and sentence is there, and every number leads where it says. The script lights what
// belongs together, scrolls the article without losing the place in the briefing, and opens what rests on a sentence
// beside it.
(() => {
  const page = document.documentElement;
  const article = document.getElementById("article");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const words = text => (text ?? "").split(" ").filter(Boolean);
  const byId = id => document.getElementById(id);
  const marksOf = passage => [...article.querySelectorAll(`mark[data-passages~="${passage}"]`)];
  const toneOf = item => item.closest("section").className.match(/tone-(\d)/)[1];
  let pinned = [];
  let opened = null;
  page.classList.add("js");

  // What belongs to an element: the items, and the passages that they rest on or that it is.
  const related = element => {
    if (element.matches("[data-evidence]")) return { items: [element], passages: words(element.dataset.evidence) };
    const items = words(element.dataset.items).map(byId);
    const own = words(element.dataset.passages);
    return { items, passages: own.length ? own : items.flatMap(item => words(item.dataset.evidence)) };
  };
  const light = elements => {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit", "lit-1", "lit-2", "lit-3", "lit-4", "lit-5");
    for (const element of elements) {
      const { items, passages } = related(element);
      element.classList.add("lit");
      for (const item of items) item.classList.add("lit");
      for (const mark of passages.flatMap(marksOf)) mark.classList.add("lit", `lit-${toneOf(items[0])}`);
    }
  };
  const source = event => event.target.closest?.("[data-evidence], [data-items]");
  document.addEventListener("pointerover", event => {
    const element = source(event);
    light(element ? [...pinned, element] : pinned);
  });
  document.addEventListener("focusin", event => {
    const item = event.target.closest("[data-evidence]");
    light(item ? [...pinned, item] : pinned);
  });
  page.addEventListener("pointerleave", () => light(pinned));
  const pin = elements => { pinned = elements; light(pinned); };

  const hasOwnScroll = () => getComputedStyle(article).overflowY === "auto";
  const show = (element, place = 0.3) => {
    const behavior = calm.matches ? "auto" : "smooth";
    if (article.contains(element) && hasOwnScroll()) {
      const top = element.getBoundingClientRect().top - article.getBoundingClientRect().top;
      article.scrollBy({ top: top - article.clientHeight * place, behavior });
    } else {
      scrollBy({ top: element.getBoundingClientRect().top - innerHeight * place, behavior });
    }
  };
  const isSeen = element => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  };
  const go = element => {
    // First of all, so that the browser remembers the place that one comes from.
    if (location.hash !== `#${element.id}`) history.pushState(null, "", `#${element.id}`);
    show(element);
    element.focus({ preventScroll: true });
  };

  const close = () => {
    if (!opened) return null;
    const { card, link, next, parent } = opened;
    parent.insertBefore(card, next);
    link.setAttribute("aria-expanded", "false");
    opened = null;
    return link;
  };
  const open = link => {
    close();
    const card = byId(`on-${link.dataset.passage}`);
    opened = { card, link, next: card.nextSibling, parent: card.parentNode };
    link.closest("p").after(card);
    link.setAttribute("aria-expanded", "true");
    const marks = marksOf(link.dataset.passage);
    pin(marks.slice(0, 1));
    const { items } = related(marks[0]);
    if (hasOwnScroll() && !items.some(isSeen)) show(items[0]);
    if (!isSeen(card)) show(card, 0.6);
    card.focus({ preventScroll: true });
  };
  for (const link of document.querySelectorAll(".rests")) {
    link.setAttribute("aria-expanded", "false");
    link.setAttribute("aria-controls", link.hash.slice(1));
  }

  const follow = (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const target = link.hash && link.getAttribute("href").startsWith("#") ? byId(link.hash.slice(1)) : null;
    if (link.matches(".rests")) {
      event.preventDefault();
      if (opened?.link === link) close(); else open(link);
    } else if (target?.matches("mark, [data-evidence]")) {
      event.preventDefault();
      pin([link.closest("[data-evidence]") ?? target]);
      go(target);
    }
  };
  document.addEventListener("click", event => {
    const link = event.target.closest("a");
    if (link) return follow(event, link);
    if (event.target.closest(".on button")) return close()?.focus({ preventScroll: true });
    if (event.target.closest(".on") || !getSelection().isCollapsed) return undefined;
    const element = source(event);
    if (!element) return pin([]);
    if (element.matches("mark")) {
      const ends = words(element.dataset.passages).map(id => article.querySelector(`.rests[data-passage="${id}"]`));
      return opened && ends.includes(opened.link) ? close() : open(ends[0]);
    }
    pin([element]);
    const first = related(element).passages.map(byId)[0];
    return first && go(first);
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    const link = close();
    pin([]);
    link?.focus({ preventScroll: true });
  });
  // An address that names what is folded away opens it.
  const arrive = () => {
    const link = article.querySelector(`.rests[data-passage="${CSS.escape(location.hash.replace(/^#on-/, ""))}"]`);
    if (link && location.hash.startsWith("#on-")) open(link);
  };
  addEventListener("hashchange", arrive);
  arrive();
})();
