"use strict";
// The teleprompter of a speech: large letters that move up. Everything it adds is made here, so that the page reads and prints without it.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.documentElement, bar = document.createElement("div");
  let running = false, speed = 40, size = 40, last = 0, rest = 0;
  page.classList.add("prompter");
  bar.className = "prompter-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "提词器");
  const button = (label, does) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => { does(); made.blur(); });
    bar.append(made);
    return made;
  };
  const show = () => {
    page.style.setProperty("--prompter-size", size + "px");
    play.textContent = running ? "暂停" : "开始";
    play.setAttribute("aria-pressed", String(running));
    told.textContent = "速度 " + speed + "　字号 " + size;
  };
  const toggle = () => { running = !running; last = 0; show(); if (running) requestAnimationFrame(move); };
  const faster = by => { speed = Math.min(200, Math.max(5, speed + by)); show(); };
  const larger = by => { size = Math.min(120, Math.max(16, size + by)); show(); };
  const dark = () => page.classList.toggle("dark");
  const move = now => {
    if (!running) return;
    if (last) {
      rest += speed * (now - last) / 1000;
      const whole = Math.trunc(rest);
      rest -= whole;
      window.scrollBy({ top: whole, behavior: "instant" });
    }
    last = now;
    if (window.scrollY + window.innerHeight >= page.scrollHeight - 1) { running = false; show(); return; }
    requestAnimationFrame(move);
  };
  const play = button("开始", toggle);
  button("慢", () => faster(-5));
  button("快", () => faster(5));
  button("小", () => larger(-4));
  button("大", () => larger(4));
  button("黑白", dark);
  const told = document.createElement("span");
  told.setAttribute("aria-live", "polite");
  bar.append(told);
  const help = document.createElement("span");
  help.textContent = "空格 开始或暂停　↑↓ 快慢　←→ 字号　D 黑白";
  bar.append(help);
  document.body.append(bar);
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const does = { " ": toggle, ArrowUp: () => faster(5), ArrowDown: () => faster(-5), ArrowRight: () => larger(4), ArrowLeft: () => larger(-4), d: dark, D: dark }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  show();
});
