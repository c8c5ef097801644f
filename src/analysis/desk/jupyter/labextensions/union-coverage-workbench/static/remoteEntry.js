// What JupyterLab shows of the workbench: the home page as its first tab, and four entries of the launcher.
// Written by hand in the form of a prebuilt extension, so that nothing has to be compiled; it uses JupyterLab's own modules only.
(() => {
  "use strict";
  const NAME = "union-coverage-workbench";
  const CATEGORY = "工会覆盖工作台";
  let shared;

  async function lab(module) {
    const versions = shared[module];
    const factory = await versions[Object.keys(versions)[0]].get();
    return factory();
  }

  // the pages as Voilà shows them: they run by themselves, no code in sight, and the notebook's file is not written to
  const PAGES = {
    home: { label: "首页", file: "00_home.ipynb", caption: "选季度、放报表、看结论、生成、打开文稿" },
    explore: { label: "自助查询", file: "90_explore.ipynb", caption: "任何指标画成地图，任何问题用 SQL 查" },
  };
  const GUIDE = "docs/guides/quarter.md";

  const picture = (colour, path) =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="1" y="1" width="22" height="22" rx="4" fill="${colour}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  const PICTURES = {
    home: picture("#9b1c1c", "M5 12l7-6 7 6M7 11v7h10v-7"),
    topic: picture("#1f5f8b", "M8 5h6l3 3v11H8zM12.500 10v6M9.500 13h6"),
    explore: picture("#3d6b35", "M10.500 5.500a5 5 0 1 0 .01 0M14.500 14.500l4 4"),
    guide: picture("#6b4a1f", "M12 7c-2-1.500-4-1.500-6-1.500v11c2 0 4 0 6 1.500 2-1.500 4-1.500 6-1.500v-11c-2 0-4 0-6 1.500zv11"),
  };

  async function activate(app, launcher, modules) {
    const { apputils, coreutils, icons, lumino, services } = modules;
    const icon = Object.fromEntries(Object.entries(PICTURES).map(([name, svgstr]) => [name, new icons.LabIcon({ name: `${NAME}:${name}`, svgstr })]));
    const settings = app.serviceManager.serverSettings;

    function openPage(name) {
      const id = `workbench-${name}`;
      const there = [...app.shell.widgets("main")].find((widget) => widget.id === id);
      if (!there) {
        const { label, file, caption } = PAGES[name];
        const frame = document.createElement("iframe");
        frame.src = coreutils.URLExt.join(settings.baseUrl, "voila/render/notebooks", file);
        frame.title = label;
        frame.style.cssText = "border:0;width:100%;height:100%;background:#fff";
        const widget = new lumino.Widget();
        widget.node.appendChild(frame);
        widget.id = id;
        Object.assign(widget.title, { label, caption, icon: icon[name], closable: true });
        app.shell.add(widget, "main");
      }
      app.shell.activateById(id);
      closeLaunchers();
    }

    // JupyterLab puts what an entry returns in the launcher's place, which would load a frame anew: pages only close the launcher
    const closeLaunchers = () => [...app.shell.widgets("main")].filter((widget) => widget.id.startsWith("launcher")).forEach((widget) => widget.close());

    async function newTopic() {
      const asked = await apputils.InputDialog.getText({
        title: "新建专题", label: "题目（四十字以内的中文，不带数字）", text: "物业行业工会覆盖专题", okLabel: "新建", cancelLabel: "取消",
      });
      if (!asked.button.accept) return undefined;
      const url = coreutils.URLExt.join(settings.baseUrl, "workbench/new-notebook");
      const answer = await services.ServerConnection.makeRequest(url, { method: "POST", body: JSON.stringify({ title: asked.value }) }, settings);
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) return app.commands.execute("docmanager:open", { path: told.path, factory: "Notebook" });
      await apputils.showDialog({ title: "没有建成", body: told.sentence || "服务没有应答，请重试。", buttons: [apputils.Dialog.okButton({ label: "知道了" })] });
      return undefined;
    }

    const ENTRIES = [
      ["home", PAGES.home.label, PAGES.home.caption, () => openPage("home")],
      ["topic", "新建专题", "建一份自己的专题笔记本：数据、图表、导出、目录页都已接好", newTopic],
      ["explore", PAGES.explore.label, PAGES.explore.caption, () => openPage("explore")],
      ["guide", "操作手册", "一个季度七件事", () => app.commands.execute("docmanager:open", { path: GUIDE, factory: "Markdown Preview" })],
    ];
    ENTRIES.forEach(([name, label, caption, execute], rank) => {
      const command = `workbench:${name}`;
      app.commands.addCommand(command, { label, caption, icon: icon[name], execute });
      launcher.add({ command, category: CATEGORY, categoryRank: -1, rank });
    });

    await app.restored;
    openPage("home");
    setTimeout(() => app.shell.currentWidget?.id === "workbench-home" && closeLaunchers(), 1500); // the one that JupyterLab opens by itself, late; + brings it back
    if (app.shell.collapseLeft) app.shell.collapseLeft();
    if (app.shell.collapseRight) app.shell.collapseRight();
  }

  async function plugins() {
    const names = ["@jupyterlab/launcher", "@jupyterlab/apputils", "@jupyterlab/coreutils", "@jupyterlab/ui-components", "@lumino/widgets", "@jupyterlab/services"];
    const [launcher, apputils, coreutils, icons, lumino, services] = await Promise.all(names.map(lab));
    const modules = { apputils, coreutils, icons, lumino, services };
    return {
      id: `${NAME}:plugin`,
      description: "工会覆盖工作台的首页和启动项",
      autoStart: true,
      requires: [launcher.ILauncher],
      activate: (app, model) => void activate(app, model, modules),
    };
  }

  globalThis._JUPYTERLAB = globalThis._JUPYTERLAB || {};
  globalThis._JUPYTERLAB[NAME] = {
    init: (scope) => void (shared = scope),
    get: async () => {
      // Voilà, which shows the pages themselves, loads extensions too and has no launcher
      const plugin = shared["@jupyterlab/launcher"] ? await plugins() : [];
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
