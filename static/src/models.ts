/** The dialog of models: which there are, what each takes and is good at; fetch, use, pause, remove. */

import type { Api, Models as Listed, Result } from "./api";
import type { Dialogs } from "./dialogs";
import { h } from "./dom";
import type { Notices } from "./notices";
import type { Fetching, FromPage, ModelCard, ModelFields } from "./protocol";
import { inWords, qualityLabel, sizeLabel, speedLabel } from "./sizes";

export interface ModelsParts {
  readonly api: Api;
  readonly dialogs: Dialogs;
  readonly notices: Notices;
  send(message: FromPage): void;
  /** The host that answers; empty where this program does. */
  sendsTo(): string;
}

export interface Models {
  open(): Promise<void>;
  /** Open it and add a model file that was dropped. */
  take(file: File): void;
  /** The model that answers changed. */
  changed(fields: ModelFields): void;
  fetching(message: Fetching): void;
}

const SUFFIX = ".gguf";

const FITS: Record<ModelCard["fit"], string> = {
  fits: "fits this computer",
  tight: "tight on this computer",
  "too-large": "too large for this computer",
  unknown: "",
};

export function createModels({ api, dialogs, notices, send, sendsTo }: ModelsParts): Models {
  const problem = h("p", { class: "problem", role: "alert" });
  const said = h("p", { class: "quiet", role: "status" });
  const lists = h("div", { class: "models" });
  let listed: Listed = { used: "", fetching: "", models: [], adapters: [] };
  let progress: Fetching | null = null;
  let loading = "";
  let isOpen = false;
  let sending = "";
  let asked = false;

  /** Offer a better model in plain words; the server says whether, and says it once. */
  const offerBetter = async () => {
    if (asked) return;
    asked = true;
    const result = await api.offeredModel();
    if (!result.ok || !result.value.offer || !result.value.used) return;
    const { offer, used } = result.value;
    const hide = () => notices.hide("better");
    const what = `${offer.label} (${sizeLabel(offer.size)}, ${offer.licence})`;
    notices.show("better", {
      text: `${used.label} is small: ${decapitalised(used.good_at)} ${what} would fit this computer: ${decapitalised(offer.good_at)}`,
      choices: [
        { label: `Get ${offer.label}`, run: () => (hide(), send({ type: "pull", model: offer.name })) },
        { label: "All models…", run: () => (hide(), void open()) },
      ],
    });
  };

  const refresh = async () => {
    const result = await api.models();
    problem.textContent = result.ok ? "" : result.failure.message;
    if (!result.ok) return;
    listed = result.value;
    render();
  };

  const usage = () => {
    const host = sendsTo();
    if (host) return `The engine at ${host} answers. To use a model of this computer, start ME_AI without --engine.`;
    return "The model on this computer reads and rewrites your text; a larger one writes better and takes longer.";
  };

  const remove = async (card: ModelCard) => {
    const result = await api.removeModel(card.name);
    await refresh();
    if (result.ok) said.textContent = result.value.done;
    else problem.textContent = result.failure.message;
  };

  /** Add a model file; `run` is what the server is asked. */
  const add = async (label: string, run: () => Promise<Result<{ readonly done: string }>>) => {
    problem.textContent = "";
    said.textContent = label;
    const result = await run();
    await refresh();
    said.textContent = result.ok ? result.value.done : "";
    if (!result.ok) problem.textContent = result.failure.message;
    return result.ok;
  };

  const sendFile = async (file: File) => {
    if (sending) {
      problem.textContent = `${sending} is still being copied.`;
      return;
    }
    sending = file.name;
    const told = (done: number) => {
      said.textContent = `Copying ${file.name}: ${sizeLabel(done)} of ${sizeLabel(file.size)}`;
    };
    await add(`Copying ${file.name}…`, () => api.sendModel(file, told));
    sending = "";
  };

  const bring = (): HTMLElement => {
    const path = h("input", { type: "text", id: "model-path", autocomplete: "off", spellcheck: "false", placeholder: "/home/me/models/mine.gguf" });
    const choose = () => {
      const input = h("input", { type: "file", accept: SUFFIX });
      input.addEventListener("change", () => {
        const file = input.files?.[0];
        if (file) void sendFile(file);
      });
      input.click();
    };
    const submit = async (event: Event) => {
      event.preventDefault();
      if (await add("Looking at the file…", () => api.addModel(path.value))) path.value = "";
      path.scrollIntoView({ block: "center" });
    };
    return h(
      "form",
      { class: "bring", submit: (event) => void submit(event) },
      h("h3", {}, "Your own"),
      h("label", { for: "model-path" }, "Path of a .gguf file on this computer"),
      h("span", { class: "path" }, path, h("button", { type: "submit" }, "Add"), h("button", { type: "button", click: choose }, "Choose a file…")),
      h("small", {}, "A model, or by its path a LoRA adapter for the model in use. A path is used where the file lies. A file that you choose here, or drop on the page, is copied first; for some gigabytes a path is quicker."),
    );
  };

  const actions = (card: ModelCard): HTMLElement[] => {
    const act = (label: string, run: () => void, more: Record<string, string> = {}) =>
      h("button", { type: "button", "aria-label": `${label} ${card.label}`, "data-act": `${label} ${card.name}`, ...more, click: run }, label);
    if (card.name === listed.fetching) return [act("Pause", () => send({ type: "pause" }))];
    if (card.name === listed.used) return [h("span", { class: "quiet" }, loading || "In use")];
    const use = act("Use", () => send({ type: "use", model: card.name }));
    const removing = sure(card, () => void remove(card));
    const pulling = (label: string) => (listed.fetching ? [] : [act(label, () => send({ type: "pull", model: card.name }))]);
    const offered: Record<ModelCard["where"], () => HTMLElement[]> = {
      here: () => [use, removing],
      named: () => [use],
      elsewhere: () => [use],
      begun: () => [...pulling("Go on"), removing],
      "to-fetch": () => pulling("Fetch"),
    };
    return offered[card.where]();
  };

  const row = (card: ModelCard): HTMLElement => {
    const facts = [sizeLabel(card.size), FITS[card.fit], speedLabel(card)].filter(Boolean).join(" · ");
    const licence = card.licence_url
      ? h("a", { href: card.licence_url, target: "_blank", rel: "noreferrer" }, card.licence)
      : card.licence || (["here", "named"].includes(card.where) ? "your own file" : "licence not stated");
    return h(
      "li",
      { "data-model": card.name, "data-fit": card.fit, "data-used": card.name === listed.used },
      h("div", {}, h("strong", {}, card.label), h("small", {}, facts, " · ", licence), ...about(card), ...adapted(card), ...arriving(card)),
      h("span", { class: "actions" }, ...actions(card)),
    );
  };

  /** The adapters that it answers with. */
  const adapted = (card: ModelCard): HTMLElement[] =>
    listed.adapters
      .filter(({ model }) => model === card.name)
      .map(({ name, scale, actions: only, path }) => {
        const label = `Remove the adapter ${name}`;
        const run = () => void add(`Removing ${name}…`, () => api.removeAdapter(name));
        const strength = scale === 1 ? "" : `, at ${scale} times its strength`;
        return h(
          "small",
          { class: "adapter", title: path },
          `With the adapter ${name} for ${only.length === 0 ? "every action" : only.join(", ")}${strength} `,
          h("button", { type: "button", "aria-label": label, "data-act": label, click: run }, "Remove"),
        );
      });

  const arriving = (card: ModelCard): HTMLElement[] => {
    if (card.name !== listed.fetching) return card.where === "begun" ? [h("small", {}, `${sizeLabel(card.done)} of it is here`)] : [];
    const { done = 0, total = 0, bytes_per_s: pace = 0, left_s: left = null } = progress ?? {};
    const share = total > 0 ? String(Math.floor((100 * done) / total)) : "";
    const amount = [`${sizeLabel(done)} of ${sizeLabel(total || card.size)}`, pace > 0 ? `${sizeLabel(pace)}/s` : "", left === null ? "" : `${inWords(left)} left`];
    return [
      h("progress", { max: "100", "aria-label": `Fetching ${card.label}`, ...(share && { value: share }) }),
      h("small", { class: "figures" }, amount.filter(Boolean).join(" · ")),
    ];
  };

  /** The list anew, with the focus where it was. */
  const render = () => {
    const focused = document.activeElement instanceof HTMLElement && lists.contains(document.activeElement) ? document.activeElement : null;
    const [act, model] = [focused?.dataset["act"], focused?.closest<HTMLElement>("[data-model]")?.dataset["model"]];
    const unfolded = lists.querySelector("details")?.open ?? false;
    const of = (...where: ModelCard["where"][]) => listed.models.filter((card) => where.includes(card.where));
    const toFetch = of("begun", "to-fetch");
    const shown = (card: ModelCard) => !card.community || card.where === "begun" || card.name === listed.fetching;
    const mirrored = toFetch.filter((card) => !shown(card));
    lists.replaceChildren(
      ...section("On this computer", of("named", "here").map(row)),
      ...section("Kept by other programs", of("elsewhere").map(row)),
      ...section("To fetch", toFetch.filter(shown).map(row)),
      ...(mirrored.length === 0
        ? []
        : [h("details", { open: unfolded }, h("summary", {}, "From mirrors that their publishers do not run"), h("ul", {}, ...mirrored.map(row)))]),
    );
    if (!focused) return;
    const rowNow = lists.querySelector(`[data-model="${CSS.escape(model ?? "")}"]`);
    const again = act && lists.querySelector<HTMLElement>(`[data-act="${CSS.escape(act)}"]`);
    (again || rowNow?.querySelector("button") || lists.querySelector("button"))?.focus();
  };

  const open = async () => {
    if (!sending) said.textContent = "";
    isOpen = true;
    await refresh();
    const body = [h("p", { class: "quiet" }, usage()), lists, bring(), h("div", { class: "models-told" }, problem, said)];
    await dialogs.ask({ title: "Models", wide: true, body, answers: [{ label: "Close", value: null }] });
    isOpen = false;
  };

  return {
    open,
    take(file) {
      if (!isOpen) void open().then();
      void sendFile(file);
    },
    changed(fields) {
      if (fields.state === "ready" && !fields.sends_to) void offerBetter();
      loading = fields.state === "loading" ? "Loading…" : fields.state === "failed" ? "Failed" : "";
      if (!isOpen) return;
      if (fields.state === "failed") problem.textContent = fields.message;
      if (fields.state !== "fetching") void refresh();
    },
    fetching(message) {
      const began = message.model !== (progress?.model ?? "");
      progress = message.model === null ? null : message;
      if (!isOpen) return;
      if (message.message) said.textContent = message.message;
      if (began || message.model === null) void refresh();
      else show(message);
    },
  };

  /** Only the figures change while a model arrives, so that nothing under a finger or the focus is replaced. */
  function show(message: Fetching): void {
    const card = listed.models.find(({ name }) => name === message.model);
    const place = lists.querySelector(`[data-model="${CSS.escape(message.model ?? "")}"] > div`);
    if (!card || !place) return;
    place.querySelectorAll("progress, .figures").forEach((old) => old.remove());
    place.append(...arriving(card));
  }
}

function about(card: ModelCard): HTMLElement[] {
  const from = { elsewhere: `Kept by ${card.origin}; used where it is.`, named: `Named when ME_AI was started: ${card.path}` }[card.where as string] ?? "";
  const words = [card.good_at, qualityLabel(card.quality), card.note, from].filter(Boolean).join(" ");
  return words === "" ? [] : [h("small", { class: "about" }, words)];
}

/** `Spelling, in English.` to `spelling, in English.` */
function decapitalised(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function section(title: string, rows: readonly HTMLElement[]): HTMLElement[] {
  return rows.length === 0 ? [] : [h("h3", {}, title), h("ul", {}, ...rows)];
}

/** A button that has to be pressed twice. */
function sure(card: ModelCard, run: () => void): HTMLElement {
  const button = h("button", { type: "button", "aria-label": `Remove ${card.label}`, "data-act": `Remove ${card.name}` }, "Remove");
  button.addEventListener("click", () => {
    if (button.classList.contains("danger")) return run();
    button.classList.add("danger");
    button.textContent = "For good?";
    button.setAttribute("aria-label", `Remove ${card.label} for good`);
  });
  button.addEventListener("blur", () => {
    button.classList.remove("danger");
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${card.label}`);
  });
  return button;
}
