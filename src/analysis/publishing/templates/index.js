"use strict";
// Search on the quarter's page, and the way from a district on the map to its documents. What it adds is made here: the page reads and prints without it.
document.addEventListener("DOMContentLoaded", () => {
  const main = document.querySelector("main"), ways = document.querySelector(".ways");
  const targets = [...main.querySelectorAll("[data-find]")], places = [...main.querySelectorAll(".place")];
  const box = document.createElement("form"), input = document.createElement("input"), clear = document.createElement("button"), told = document.createElement("output");
  box.className = "find";
  box.setAttribute("role", "search");
  input.type = "search";
  input.placeholder = "找区县、文稿、数据表，例如：讲话稿";
  input.setAttribute("aria-label", "在本页查找区县、文稿和数据表");
  clear.type = "button";
  clear.textContent = "全部显示";
  told.setAttribute("aria-live", "polite");
  box.append(input, clear, told);
  ways.before(box);
  const plain = text => text.toLowerCase().normalize("NFKC");
  const search = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    main.classList.toggle("searching", words.length > 0);
    let found = 0;
    for (const item of targets) {
      const hit = words.every(word => plain(item.dataset.find).includes(word));
      item.classList.toggle("unfound", !hit);
      found += hit;
    }
    for (const place of places) place.classList.toggle("unfound", words.length > 0 && !place.querySelector("[data-find]:not(.unfound)"));
    told.textContent = words.length ? (found ? "找到 " + found + " 项" : "没有找到，请换一个词") : "";
  };
  input.addEventListener("input", search);
  box.addEventListener("submit", event => { event.preventDefault(); search(); });
  clear.addEventListener("click", () => { input.value = ""; search(); input.focus(); });
  const open = region => {
    const place = document.getElementById("place-" + region.dataset.region);
    if (!place) return;
    input.value = "";
    search();
    places.forEach(other => other.classList.toggle("found", other === place));
    place.scrollIntoView({ block: "center" });
    place.querySelector("a")?.focus({ preventScroll: true });
  };
  main.classList.add("searchable");
  for (const region of main.querySelectorAll("svg .region")) {
    region.addEventListener("click", () => open(region));
    region.addEventListener("keydown", event => { if (event.key === "Enter") open(region); });
  }
});
