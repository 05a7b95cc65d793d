// Words that stand over other words: pairs of texts whose lines cross by more than a hair.
() => {
  const NOT_LOOKED_AT = ".govuk-visually-hidden, .govuk-skip-link, [hidden], .djs-container, svg, option, dialog:not([open]), details:not([open]) > *";
  const HAIR = 3;

  function lines(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
  }

  function tiny(one) {
    for (let up = one; up && up !== document.body; up = up.parentElement) {
      const box = up.getBoundingClientRect();
      if (getComputedStyle(up).overflowX !== "visible" && (box.width <= 2 || box.height <= 2)) return true;
    }
    return false; // what is for screen readers alone is, by whatever class it got so
  }

  function seen(one) {
    const style = getComputedStyle(one);
    if (style.visibility === "hidden" || style.opacity === "0" || one.matches("details:not([open])") || tiny(one)) return false;
    return !one.closest(NOT_LOOKED_AT) || Boolean(one.closest("summary") && !one.closest(".govuk-visually-hidden"));
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    // a line of letters is higher than what the letters fill: look at the middle half of it
    if (node.data.trim() && seen(node.parentElement)) {
      for (const box of lines(node)) {
        const quarter = box.height / 4;
        texts.push({ text: node.data.trim(), left: box.left, right: box.right, top: box.top + quarter, bottom: box.bottom - quarter });
      }
    }
  }
  texts.sort((one, other) => one.top - other.top);
  const wrong = [];
  texts.forEach((one, index) => {
    for (let next = index + 1; next < texts.length && texts[next].top < one.bottom - HAIR; next++) {
      const other = texts[next];
      if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > HAIR) {
        wrong.push(`“${one.text.slice(0, 30)}” over “${other.text.slice(0, 30)}”`);
      }
    }
  });
  return wrong.slice(0, 5);
}
