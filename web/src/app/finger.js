// Where the hand is. What comes by itself (rows that are marked, an answer that replaces a part of the page) must not
// move things under it: a button that is exchanged or pushed aside between "down" and "up" is not pressed at all, and a
// line that slides away while somebody aims at it lets them press another.
const REST_MS = 700; // so long without a movement, and nobody is aiming
const HELD_MS = 3000; // an "up" that the page is never told of: nobody holds a button down so long

const now = { down: false, moved: 0, timer: 0, waiting: [] };

export function startFinger() {
  const on = (name, act) => document.addEventListener(name, act, { capture: true, passive: true });
  on("pointermove", () => (now.moved = performance.now()));
  on("pointerdown", (event) => {
    // A list that opens keeps the "up" for itself.
    if (event.target.closest?.("select, option")) return;
    now.down = true;
    clearTimeout(now.timer);
    now.timer = setTimeout(lift, HELD_MS);
  });
  // The click comes after the "up": what has waited comes after both.
  for (const name of ["pointerup", "pointercancel", "contextmenu", "dragend"]) on(name, () => setTimeout(lift));
  window.addEventListener("blur", lift);
}

export function isDown() {
  return now.down;
}

// Once the finger is up: at once where it is.
export function whenUp(act) {
  if (now.down) now.waiting.push(act);
  else act();
}

// Once nobody presses or aims.
export function whenAtRest(act) {
  const left = now.moved ? now.moved + REST_MS - performance.now() : 0;
  if (now.down) whenUp(() => whenAtRest(act));
  else if (left > 0) setTimeout(whenAtRest, left, act);
  else act();
}

function lift() {
  now.down = false;
  clearTimeout(now.timer);
  for (const act of now.waiting.splice(0)) act();
}
