"use strict";
// What a pointer shows, the charts, the tables that sort, and what is put right for paper.
(() => {
  const PAPER = 690, ACROSS = 1000, LOW = 545; // CSS pixels of an A4 page: across, across and down when lying
  const MOST_PRINTED = 40, FEW = 12; // rows of a table that paper unfolds; that are not worth a page of their own
  const views = [];

  const tip = document.getElementById("tip");
  const put = (parent, name, text) => {
    const element = parent.appendChild(document.createElement(name));
    if (text !== undefined) element.textContent = text;
    return element;
  };

  function showTip(_handler, event, item, value) {
    // Where the nearest position answers, the row lies one level deeper.
    const said = value && (item?.datum?.t ?? item?.datum?.datum?.t);
    tip.hidden = !said;
    if (!said) return;
    const [head, ...lines] = said.split("\n");
    tip.replaceChildren();
    put(tip, "p", head);
    for (const line of lines) {
      const [label, shown, series] = line.split("\t");
      const row = put(tip, "div");
      if (series !== undefined && lines.length > 1) put(row, "i").style.background = `var(--series-${+series + 1})`;
      put(row, "span", label);
      put(row, "b", shown);
    }
    const { width, height } = tip.getBoundingClientRect();
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
    const top = event.clientY + 16 + height > innerHeight ? event.clientY - 16 - height : event.clientY + 16;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${Math.max(8, top)}px`;
  }

  async function draw(box) {
    const spec = JSON.parse(box.parentElement.querySelector("script").textContent);
    // On a phone names take no more than their share of the line.
    spec.config.axisY.labelLimit = Math.max(90, Math.min(240, box.clientWidth * 0.42));
    const { view } = await vegaEmbed(box, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, tooltip: showTip, hover: true,
      ast: true, // expressions are interpreted: the page's policy lets no text become code
      loader: { http: false, file: false },
    });
    views.push({ view, box });
    box.dataset.drawn = "yes";
  }

  async function drawAll() {
    for (const box of document.querySelectorAll(".chart")) {
      try {
        await draw(box);
      } catch (error) {
        box.remove();
        console.error(error);
      }
      await new Promise((done) => setTimeout(done));
    }
    document.documentElement.dataset.ready = "yes";
  }

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const key = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent;
  };
  // What was not observed stays last, whichever way the rest is sorted.
  const compare = (one, other, way) => {
    if (one === "" || other === "") return (one === "") - (other === "");
    const apart = typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);
    return way * apart;
  };

  function sort(button) {
    const head = button.parentElement;
    const table = head.closest("table");
    const body = table.tBodies[0];
    const numeric = head.classList.contains("n");
    const [first, second] = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
    const now = head.getAttribute("aria-sort");
    const next = now === first ? second : now === second ? null : first;
    const rows = [...body.rows];
    rows.forEach((row, place) => (row.dataset.place ??= place));
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    const at = head.cellIndex;
    const way = next === "ascending" ? 1 : -1;
    const keys = new Map(rows.map((row) => [row, key(row, at)]));
    rows.sort((a, b) => (next && compare(keys.get(a), keys.get(b), way)) || a.dataset.place - b.dataset.place);
    if (next) head.setAttribute("aria-sort", next);
    body.append(...rows);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("thead button");
    if (button) sort(button);
  });

  // A table that is wider than the page keeps its first column in sight.
  const mark = (box) => box.classList.toggle("wide", box.scrollWidth > box.clientWidth + 1);
  const markOpen = () => document.querySelectorAll("details[open] > .scroll").forEach(mark);
  document.addEventListener("toggle", (event) => {
    const box = event.target.querySelector?.(":scope > .scroll");
    if (box) mark(box);
  }, true);
  addEventListener("resize", markOpen);
  addEventListener("scroll", () => (tip.hidden = true), { passive: true });

  let opened = [];
  addEventListener("beforeprint", () => {
    document.documentElement.classList.add("paper");
    opened = [...document.querySelectorAll("details:not([open])")].filter(
      (fold) => fold.querySelectorAll("tbody tr").length <= MOST_PRINTED,
    );
    for (const fold of opened) fold.open = true;
    for (const box of document.querySelectorAll("details[open] > .scroll")) {
      const table = box.firstElementChild;
      const upright = PAPER / table.scrollWidth;
      const lying = upright < 0.6 && table.rows.length > FEW;
      const article = box.closest("article");
      // A heading goes with its table, a chart stays where it is.
      (article.querySelector("figure") ? box.parentElement : article).classList.toggle("across", lying);
      const fitting = Math.min(1, lying ? ACROSS / table.scrollWidth : upright);
      const whole = LOW / table.scrollHeight;
      table.style.zoom = lying && whole > 0.8 * fitting ? Math.min(fitting, whole) : fitting;
    }
    for (const { view } of views) view.width(PAPER).run();
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    for (const fold of opened) fold.open = false;
    for (const table of document.querySelectorAll("table")) table.style.zoom = "";
    for (const { view, box } of views) view.width(box.clientWidth).run();
  });

  markOpen();
  drawAll();
})();
