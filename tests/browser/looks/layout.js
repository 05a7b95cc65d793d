// What does not fit into the window: text that is cut off, text beyond the edge that nothing scrolls, a page too wide.
() => {
  const NOT_LOOKED_AT = ".govuk-visually-hidden, [hidden], .djs-container, dialog:not([open]), details:not([open]) > *";

  function hidden(one) {
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const gone = style.display === "none" || style.visibility === "hidden" || (box.width <= 1 && box.height <= 1);
    return gone || (one.closest(NOT_LOOKED_AT) && !one.closest("summary"));
  }

  function named(one) {
    return `${one.tagName.toLowerCase()}.${[...one.classList].join(".")} “${one.textContent.trim().slice(0, 40)}”`;
  }

  function scrolls(one) {
    for (let up = one; up && up !== document.body; up = up.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  }

  function faults(one) {
    const style = getComputedStyle(one);
    const cut = (overflow, whole, shown) => ["hidden", "clip"].includes(overflow) && whole > shown + 1;
    const found = [];
    if (cut(style.overflowX, one.scrollWidth, one.clientWidth) || cut(style.overflowY, one.scrollHeight, one.clientHeight)) {
      found.push(`cut off: ${named(one)}`);
    }
    if (one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one)) found.push(`beyond the edge: ${named(one)}`);
    return found;
  }

  const withText = [...document.body.querySelectorAll("*")].filter(
    (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()) && !hidden(one),
  );
  const wrong = withText.flatMap(faults).slice(0, 5);
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) wrong.push(`${width} pixels wide`);
  return wrong;
}
