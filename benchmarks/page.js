// What the measurements of benchmarks/page.py do inside a page. `editor` is one of the two below.

window.bench = (() => {
  const meai = {
    get view() {
      return document.querySelector(".cm-content")?.cmTile?.view;
    },
    get isReady() {
      return document.querySelector(".cm-content[contenteditable=true] .cm-line") !== null;
    },
    place(words) {
      const at = this.view.state.doc.toString().indexOf(words) + words.length;
      const view = this.view;
      view.dispatch({ selection: { anchor: at }, effects: view.constructor.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    insert(text) {
      const { head } = this.view.state.selection.main;
      this.view.dispatch({ changes: { from: head, insert: text }, selection: { anchor: head + text.length }, userEvent: "input.type" });
      return this.view.dom.getBoundingClientRect().height + this.view.contentDOM.scrollHeight;
    },
    preview: "#article",
  };

  const easymde = {
    get code() {
      return window.editor?.codemirror;
    },
    get isReady() {
      return document.querySelector(".CodeMirror-line") !== null;
    },
    place(words) {
      const at = this.code.getValue().indexOf(words) + words.length;
      this.code.setCursor(this.code.posFromIndex(at));
      this.code.scrollIntoView(null, 200);
      this.code.focus();
    },
    insert(text) {
      this.code.replaceSelection(text, "end", "+input");
      const wrapper = this.code.getWrapperElement();
      return wrapper.getBoundingClientRect().height + wrapper.scrollHeight;
    },
    preview: ".editor-preview-side",
  };

  const editor = document.title === "EasyMDE" ? easymde : meai;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  /** Call `then` with the time when what stands in the page now has been painted. */
  const painted = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });

  const found = { painted: [], shown: [] };
  let pressed = 0;
  let wanted = "";

  return {
    editor,
    found,
    place: (words) => editor.place(words),

    /** Milliseconds of `count` changes, each with the layout that follows it. */
    async dispatches(count, limit) {
      const times = [];
      const end = performance.now() + limit;
      while (times.length < count && (performance.now() < end || times.length < 5)) {
        const start = performance.now();
        editor.insert("x");
        times.push(performance.now() - start);
        await pause(25);
      }
      return times;
    },

    /** From now on, note for each key when it is painted, and when the preview that has its letter is. */
    watch(words) {
      wanted = words;
      addEventListener(
        "keydown",
        ({ timeStamp }) => {
          pressed = timeStamp;
          wanted += "x";
          painted((now) => found.painted.push(now - timeStamp));
        },
        true,
      );
      const observer = new MutationObserver((records) => {
        const key = pressed;
        const isThere = records.some(({ addedNodes }) => [...addedNodes].some((node) => node.textContent.includes(wanted)));
        if (key && isThere) painted((now) => found.shown.push(now - key));
        if (isThere) pressed = 0;
      });
      observer.observe(document.querySelector(editor.preview), { childList: true, subtree: true, characterData: true });
    },
  };
})();
