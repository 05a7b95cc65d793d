// What the page says of itself.
() => {
  // What the diagram viewer draws has measures of its own.
  const inline = [...document.querySelectorAll("[style], script:not([src])")].filter((one) => !one.closest("[data-diagram]"));
  return {
    title: document.title,
    lang: document.documentElement.lang,
    headings: [...document.querySelectorAll("h1")].map((one) => one.textContent.trim()),
    skip: document.querySelector("a[href]")?.getAttribute("href"),
    main: document.querySelectorAll("main#main").length,
    inline: inline.length,
    assets: [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src),
  };
}
