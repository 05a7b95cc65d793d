// What has the keyboard, and whether an eye can see that it has: an outline, a shadow, or a mark on the label.
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return { name: "nothing", seen: true, inView: true };

  function marked(style) {
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return outline || style.boxShadow !== "none";
  }

  const label = one.matches("[type=radio], [type=checkbox]") ? document.querySelector(`label[for="${CSS.escape(one.id)}"]`) : null;
  const styles = [getComputedStyle(one)];
  if (label) styles.push(getComputedStyle(label), getComputedStyle(label, "::before"));
  const box = (label ?? one).getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
  const name = `${one.tagName.toLowerCase()}#${one.id} “${(one.getAttribute("name") ?? one.textContent).trim().slice(0, 40)}”`;
  return { name, seen: styles.some(marked), inView };
}
