/** The page's one modal dialog: a question, and the answer as a promise. Escape answers null. */

import { h } from "./dom";

export interface Question<T> {
  readonly title: string;
  readonly body: readonly (Node | string)[];
  /** From the least to the most wanted; the last one is the dialog's primary button, and Enter's. */
  readonly answers: readonly {
    readonly label: string;
    readonly value: T;
    readonly tone?: "danger";
    /** Whether it may be given now; else it has shown what is missing. */
    readonly ready?: () => boolean;
  }[];
  readonly wide?: boolean;
}

export interface NameQuestion {
  readonly title: string;
  readonly label: string;
  readonly value: string;
  readonly action: string;
  /** Try the name; the sentence it returns is shown and the dialog stays. */
  attempt(name: string): Promise<string | null>;
  /** What the writer goes on with at once, so that no key that follows Enter lands in the dialog. */
  meanwhile?: (() => void) | undefined;
}

export interface FormQuestion {
  readonly title: string;
  /** The first input among them gets the focus. */
  readonly fields: readonly Node[];
  readonly action: string;
  /** Do it; the sentence it returns is shown and the dialog stays. */
  attempt(): Promise<string | null>;
  meanwhile?: (() => void) | undefined;
}

export interface Dialogs {
  ask<T>(question: Question<T>): Promise<T | null>;
  /** Whether the name was taken, rather than the dialog left. */
  askName(question: NameQuestion): Promise<boolean>;
  /** Whether it was done, rather than the dialog left. */
  askForm(question: FormQuestion): Promise<boolean>;
}

export function createDialogs(dialog: HTMLDialogElement): Dialogs {
  let settle: (() => void) | null = null;
  let tried: HTMLFormElement | null = null;
  const answered = () => {
    settle?.();
    settle = null;
  };
  // The event comes a moment after the closing, so that an answer given by a button does not wait for it.
  const close = () => {
    dialog.close();
    answered();
  };
  dialog.addEventListener("close", () => {
    if (!dialog.open && !(tried && dialog.contains(tried))) answered();
  });
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog && isOutside(dialog.getBoundingClientRect(), event)) close();
  });

  const open = (title: string, wide: boolean, ...content: Node[]) =>
    new Promise<void>((resolve) => {
      if (settle) close();
      dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content);
      dialog.classList.toggle("wide", wide);
      settle = resolve;
      dialog.showModal();
    });

  const askForm = async ({ title, fields, action, attempt, meanwhile }: FormQuestion) => {
    let done = false;
    const problem = h("p", { class: "problem", role: "alert" });
    const submit = async (event: Event) => {
      event.preventDefault();
      if (meanwhile) {
        tried = form;
        dialog.close();
        meanwhile();
      }
      problem.textContent = await attempt();
      tried = null;
      done = problem.textContent === "";
      if (!dialog.contains(form)) return;
      if (done) return close();
      if (!dialog.open) dialog.showModal();
      form.querySelector("input")?.focus();
    };
    const form = h(
      "form",
      { submit: (event) => void submit(event) },
      ...fields,
      problem,
      h(
        "footer",
        { class: "choices" },
        h("button", { type: "button", click: close }, "Cancel"),
        h("button", { type: "submit", class: "primary" }, action),
      ),
    );
    const closed = open(title, false, form);
    form.querySelector("input")?.focus();
    await closed;
    return done;
  };

  return {
    async ask<T>({ title, body, answers, wide = false }: Question<T>): Promise<T | null> {
      let answer: T | null = null;
      const buttons = answers.map(({ label, value, tone, ready }, i) => {
        const primary = i === answers.length - 1;
        const attributes = { type: "button", class: tone ?? (primary ? "primary" : ""), autofocus: primary };
        const give = () => {
          if (ready && !ready()) return;
          answer = value;
          close();
        };
        return h("button", { ...attributes, click: give }, label);
      });
      const text = h("div", { class: "dialog-body" }, ...body);
      const closed = open(title, wide, text, h("footer", { class: "choices" }, ...buttons));
      await closed;
      return answer;
    },

    askName({ title, label, value, action, attempt, meanwhile }) {
      const input = h("input", { id: "dialog-name", type: "text", value, autocomplete: "off", spellcheck: "false" });
      const answered = askForm({
        title,
        action,
        meanwhile,
        fields: [h("label", { for: "dialog-name" }, label), input],
        attempt: async () => (input.value.trim() ? attempt(input.value.trim()) : "A document needs a name."),
      });
      const dot = value.lastIndexOf(".");
      input.setSelectionRange(value.lastIndexOf("/") + 1, dot > 0 ? dot : value.length);
      return answered;
    },

    askForm,
  };
}

/** The dialog's own padding is inside it, and the page behind it is not; both are the dialog to an event. */
function isOutside({ left, right, top, bottom }: DOMRect, { clientX: x, clientY: y }: PointerEvent): boolean {
  return x < left || right < x || y < top || bottom < y;
}
