"use strict";
// The teleprompter of a speech: large letters that move up at so many characters a minute. Everything it adds is made here, so that the page reads and prints without it.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.documentElement, main = document.querySelector("main"), place = document.createElement("section"), bar = document.createElement("div");
  const words = [...main.children].filter(part => /^(P|H\d)$/.test(part.tagName) && !part.classList.contains("note"));
  const said = words.map(part => part.textContent.replace(/[^一-鿿〇]/g, "").length).reduce((sum, count) => sum + count, 0) || 1;
  let running = false, speed = Number(main.dataset.rate) || 200, size = window.innerWidth < 600 ? 28 : 40, last = 0, rest = 0;
  page.classList.add("prompter");
  bar.className = "prompter-bar";
  bar.setAttribute("role", "toolbar");
  place.setAttribute("aria-label", "提词器");
  bar.setAttribute("aria-label", "提词器按钮");
  place.append(bar);
  const button = (label, name, does) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", event => { does(); if (event.detail) made.blur(); });
    bar.append(made);
    return made;
  };
  const show = () => {
    page.style.setProperty("--prompter-size", size + "px");
    play.textContent = running ? "暂停" : "开始";
    play.setAttribute("aria-pressed", String(running));
    told.textContent = "每分钟 " + speed + " 字　字号 " + size;
  };
  const end = () => words[words.length - 1].getBoundingClientRect().bottom;
  const height = () => end() - words[0].getBoundingClientRect().top;
  const toggle = () => { running = !running; last = 0; show(); if (running) requestAnimationFrame(move); };
  const faster = by => { speed = Math.min(400, Math.max(60, speed + by)); show(); };
  const larger = by => {  // the words being read stay where they are
    const at = window.innerHeight / 3, read = words.find(part => part.getBoundingClientRect().bottom > at) || words[words.length - 1];
    const before = read.getBoundingClientRect(), share = (at - before.top) / before.height;
    size = Math.min(120, Math.max(16, size + by));
    show();
    const after = read.getBoundingClientRect();
    if (window.scrollY) window.scrollBy({ top: after.top + share * after.height - at, behavior: "instant" });
  };
  const dark = () => page.classList.toggle("dark");
  const move = now => {
    if (!running) return;
    if (last) {
      rest += speed / 60 * height() / said * (now - last) / 1000;
      const whole = Math.trunc(rest);
      rest -= whole;
      window.scrollBy({ top: whole, behavior: "instant" });
    }
    last = now;
    if (end() < window.innerHeight / 4 || window.scrollY + window.innerHeight >= page.scrollHeight - 1) { running = false; show(); return; }
    requestAnimationFrame(move);
  };
  const play = button("开始", "", toggle);
  button("慢", "慢一点", () => faster(-10));
  button("快", "快一点", () => faster(10));
  button("小", "字小一点", () => larger(-4));
  button("大", "字大一点", () => larger(4));
  button("黑白", "黑白互换", dark);
  const told = document.createElement("span");
  told.setAttribute("aria-live", "polite");
  bar.append(told);
  const help = document.createElement("span");
  help.className = "prompter-help";
  help.textContent = "空格 开始或暂停　↑↓ 快慢　←→ 字号　D 黑白";
  bar.append(help);
  document.body.append(place);
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.key === " " && event.target.closest("button, a"))) return;
    const does = { " ": toggle, ArrowUp: () => faster(10), ArrowDown: () => faster(-10), ArrowRight: () => larger(4), ArrowLeft: () => larger(-4), d: dark, D: dark }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  show();
});
