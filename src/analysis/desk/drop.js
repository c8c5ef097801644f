"use strict";
// Files dropped on the 选择报表 button go the way of files chosen with it: the button's own input is handed them.
(() => {
  const of = event => event.target instanceof Element ? event.target.closest(".widget-upload") : null;
  for (const kind of ["dragover", "dragenter"]) {
    document.addEventListener(kind, event => {
      const button = of(event);
      if (!button) return;
      event.preventDefault();
      button.classList.add("over");
    }, true);
  }
  document.addEventListener("dragleave", event => of(event)?.classList.remove("over"), true);
  document.addEventListener("drop", event => {
    const button = of(event);
    if (!button || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    button.classList.remove("over");
    const files = event.dataTransfer.files, click = HTMLInputElement.prototype.click;
    HTMLInputElement.prototype.click = function () {
      if (this.type !== "file") return click.call(this);
      this.files = files;
      this.dispatchEvent(new Event("change"));
    };
    try { button.click(); } finally { HTMLInputElement.prototype.click = click; }
  }, true);
})();
