/** The server's HTTP side. The only module that fetches; a failure is a value with a sentence in it. */

import type {
  Authorship,
  Choice,
  Exported,
  ExportTarget,
  Forgotten,
  History,
  Imported,
  LeftDraft,
  Lost,
  ModelAdapter,
  ModelCard,
  OpenedDocument,
  Pasted,
  Piece,
  Receipt,
  Revision,
  SavedDocument,
  SearchAnswer,
  SettingsChange,
  SettingsTold,
  Trashed,
  Wish,
  Workspace,
} from "./protocol";

export interface Failure {
  /** 0 when the server could not be reached. */
  readonly status: number;
  readonly code: string;
  /** One sentence for the writer. */
  readonly message: string;
  /** What the document is called since another program moved it. */
  readonly moved?: string | undefined;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface Save {
  readonly name: string;
  readonly text: string;
  /** The revision it replaces; null for a file that must not exist yet. */
  readonly etag: string | null;
  readonly client: string;
  readonly seq: number;
  /** The request should outlive the page; browsers allow that for 64 KiB. */
  readonly urgent: boolean;
  /** What of the text the model wrote; undefined where the page does not know. */
  readonly authorship?: readonly Piece[] | undefined;
  /** `restore`: the text is that of an old revision. */
  readonly kind?: "save" | "restore";
}

/** What is to be exported, and how. */
export interface Order {
  readonly format: string;
  readonly name: string;
  readonly text: string;
  readonly disclose: boolean;
  readonly options: Readonly<Record<string, Choice>>;
}

export interface Models {
  /** The names of the model that answers and of the one that is being fetched, or empty. */
  readonly used: string;
  readonly fetching: string;
  readonly models: readonly ModelCard[];
  readonly adapters: readonly ModelAdapter[];
}

export interface Api {
  /** Whether the server can be reached. */
  answers(): Promise<boolean>;
  documents(): Promise<Result<Workspace>>;
  open(name: string): Promise<Result<OpenedDocument>>;
  /** Null when it still is the revision `etag`. */
  openUnless(etag: string, name: string): Promise<Result<OpenedDocument | null>>;
  save(write: Save): Promise<Result<SavedDocument>>;
  create(name: string, text: string): Promise<Result<SavedDocument>>;
  /** Another text for what has the ETag `etag`. */
  replace(name: string, text: string, etag: string): Promise<Result<SavedDocument>>;
  rename(name: string, to: string, etag: string): Promise<Result<SavedDocument>>;
  /** The answer has the new names of its documents by the old ones. */
  renameFolder(path: string, to: string): Promise<Result<{ readonly renamed: Readonly<Record<string, string>> }>>;
  /** The answer says under which id it lies in the trash. */
  remove(name: string, etag: string): Promise<Result<{ readonly trash: string }>>;
  copy(name: string): Promise<Result<SavedDocument>>;
  /** What pages wrote and nobody saved. */
  drafts(): Promise<Result<{ readonly drafts: readonly LeftDraft[] }>>;
  dropDraft(name: string, client: string): Promise<Result<null>>;
  /** What the revision `etag` of any document held. */
  content(etag: string): Promise<Result<{ readonly text: string }>>;
  search(words: string, signal: AbortSignal): Promise<Result<SearchAnswer>>;
  /** Those here, those that other programs keep, those to fetch. */
  models(): Promise<Result<Models>>;
  /** A model to offer in place of the one that answers, `used`; told once. */
  offeredModel(): Promise<Result<{ readonly offer: ModelCard | null; readonly used: ModelCard | null }>>;
  /** Use the model file at `path`, on the server's machine, where it lies. */
  addModel(path: string): Promise<Result<{ readonly done: string }>>;
  /** Send a model file piece by piece; `progress` hears the bytes that have arrived. */
  sendModel(file: File, progress: (done: number) => void): Promise<Result<{ readonly done: string }>>;
  removeModel(name: string): Promise<Result<{ readonly done: string }>>;
  removeAdapter(name: string): Promise<Result<{ readonly done: string }>>;
  trash(): Promise<Result<{ readonly documents: readonly Trashed[] }>>;
  /** Back into the workspace, under a free name where its own is taken. */
  restore(trashed: string): Promise<Result<SavedDocument>>;
  /** For good; all of the trash without an id. */
  emptyTrash(trashed?: string): Promise<Result<null>>;
  history(name: string): Promise<Result<History>>;
  revision(name: string, rev: number): Promise<Result<Revision & { readonly text: string }>>;
  label(name: string, rev: number, label: string): Promise<Result<Revision>>;
  /** What `forget` would take. */
  forgettable(name: string, wish: Wish): Promise<Result<Forgotten>>;
  /** For good. */
  forget(name: string, wish: Wish): Promise<Result<Forgotten>>;
  lost(): Promise<Result<{ readonly documents: readonly Lost[] }>>;
  recover(lost: string): Promise<Result<SavedDocument>>;
  /** For good. */
  forgetLost(lost: string): Promise<Result<null>>;
  accept(name: string, receipt: Receipt): Promise<Result<null>>;
  receipts(name: string): Promise<Result<Authorship>>;
  /** Put a word into the writer's dictionary, or take it out. */
  learn(word: string): Promise<Result<null>>;
  dictionary(): Promise<Result<{ readonly words: readonly string[] }>>;
  unlearn(word: string): Promise<Result<null>>;
  image(path: string): Promise<Result<Blob>>;
  settings(): Promise<Result<SettingsTold>>;
  changeSettings(change: SettingsChange): Promise<Result<SettingsTold>>;
  settingsFile(): Promise<Result<Blob>>;
  bringSettings(file: Blob): Promise<Result<SettingsTold>>;
  /** Pictures in it are written beside the document `name`. */
  pasted(html: string, name: string): Promise<Result<Pasted>>;
  /** Make documents of a file, in `folder`. */
  importFile(file: File, folder: string): Promise<Result<Imported>>;
  /** Write a picture beside `document`; `path` is from there. */
  keepPicture(picture: Blob, document: string): Promise<Result<{ readonly path: string }>>;
  download(name: string): Promise<Result<Blob>>;
  downloadAll(): Promise<Result<Blob>>;
  /** What there is to export to, and what a page can offer to mend. */
  targets(): Promise<Result<{ readonly formats: readonly ExportTarget[]; readonly fixes: Readonly<Record<string, string>> }>>;
  export(order: Order): Promise<Result<Exported>>;
}

const UNREACHABLE: Failure = {
  status: 0,
  code: "unreachable",
  message: "ME_AI’s server does not answer; start it again in the terminal.",
};
const UNCHANGED = 304;
/** A server that hangs is one that does not answer: the writer is told, and the save is made again. */
const SAVE_PATIENCE = 15_000;
const LARGEST_URGENT = 60_000;
/** The server wants model files in pieces of this size. */
const MODEL_PIECE = 64 * 1024 * 1024;

interface Question {
  readonly method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** In the place of a `body`. */
  readonly bytes?: Blob;
  readonly precondition?: Record<string, string>;
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

/** `token` is asked for at every request: the server may be started anew with another. */
export function connectApi(token: () => string): Api {
  const page = crypto.randomUUID();
  const done = (question: Question) => ask(token(), question, async () => null);
  const json = <T>(question: Question) => ask(token(), question, (response) => response.json() as Promise<T>);
  return {
    answers: async () => (await ask("", { method: "GET", path: "/healthz" }, async () => null)).ok,
    documents: () => json({ method: "GET", path: "/api/documents" }),
    open: (name) => json({ method: "GET", path: documentPath(name) }),
    openUnless: (etag, name) => json({ method: "GET", path: documentPath(name), precondition: { "If-None-Match": etag } }),
    save: ({ name, etag, urgent, ...body }) => {
      const precondition: Record<string, string> = etag === null ? { "If-None-Match": "*" } : { "If-Match": etag };
      return json({ method: "PUT", path: documentPath(name), body, precondition, urgent, signal: AbortSignal.timeout(SAVE_PATIENCE) });
    },
    create: (name, text) =>
      json({ method: "PUT", path: documentPath(name), body: { text }, precondition: { "If-None-Match": "*" } }),
    replace: (name, text, etag) =>
      json({ method: "PUT", path: documentPath(name), body: { text }, precondition: { "If-Match": etag } }),
    rename: (name, to, etag) =>
      json({ method: "PATCH", path: documentPath(name), body: { name: to }, precondition: { "If-Match": etag } }),
    renameFolder: (path, to) => json({ method: "PATCH", path: `/api/folders/${encodePath(path)}`, body: { name: to } }),
    remove: (name, etag) => json({ method: "DELETE", path: documentPath(name), precondition: { "If-Match": etag } }),
    copy: (name) => json({ method: "POST", path: `${documentPath(name)}/copy`, body: {} }),
    drafts: () => json({ method: "GET", path: "/api/drafts" }),
    dropDraft: (name, client) =>
      done({ method: "DELETE", path: `/api/drafts/${encodePath(name)}?${new URLSearchParams({ client })}` }),
    content: (etag) => json({ method: "GET", path: `/api/revisions/${encodeURIComponent(etag.replaceAll('"', ""))}` }),
    search: (words, signal) => json({ method: "GET", path: `/api/search?${new URLSearchParams({ q: words, page })}`, signal }),
    models: () => json({ method: "GET", path: "/api/models" }),
    offeredModel: () => json({ method: "POST", path: "/api/models/offer", body: {} }),
    addModel: (path) => json({ method: "POST", path: "/api/models", body: { path } }),
    sendModel: async (file, progress) => {
      for (let at = 0; ; at += MODEL_PIECE) {
        const where = new URLSearchParams({ at: String(at), whole: String(file.size) });
        const precondition = { "X-Filename": encodeURIComponent(file.name) };
        const bytes = file.slice(at, at + MODEL_PIECE);
        const result = await json<{ readonly done: string }>({ method: "POST", path: `/api/models/file?${where}`, bytes, precondition });
        if (!result.ok || at + MODEL_PIECE >= file.size) return result;
        progress(at + MODEL_PIECE);
      }
    },
    removeAdapter: (name) => json({ method: "DELETE", path: `/api/adapters/${encodeURIComponent(name)}` }),
    removeModel: (name) => json({ method: "DELETE", path: `/api/models/${encodeURIComponent(name)}` }),
    trash: () => json({ method: "GET", path: "/api/trash" }),
    restore: (id) => json({ method: "POST", path: `/api/trash/${encodeURIComponent(id)}/restore`, body: {} }),
    emptyTrash: (id) => done({ method: "DELETE", path: id === undefined ? "/api/trash" : `/api/trash/${encodeURIComponent(id)}` }),
    history: (name) => json({ method: "GET", path: `${documentPath(name)}/history` }),
    revision: (name, rev) => json({ method: "GET", path: `${documentPath(name)}/history/${rev}` }),
    label: (name, rev, label) => json({ method: "PATCH", path: `${documentPath(name)}/history/${rev}`, body: { label } }),
    forgettable: (name, wish) => json({ method: "POST", path: `${documentPath(name)}/history/forget`, body: { ...wish, look: true } }),
    forget: (name, wish) => json({ method: "POST", path: `${documentPath(name)}/history/forget`, body: wish }),
    lost: () => json({ method: "GET", path: "/api/history/deleted" }),
    recover: (id) => json({ method: "POST", path: `/api/history/deleted/${encodeURIComponent(id)}/restore`, body: {} }),
    forgetLost: (id) => done({ method: "DELETE", path: `/api/history/deleted/${encodeURIComponent(id)}` }),
    accept: (name, receipt) => done({ method: "POST", path: `${documentPath(name)}/receipts`, body: receipt }),
    receipts: (name) => json({ method: "GET", path: `${documentPath(name)}/receipts` }),
    pasted: (html, name) => json({ method: "POST", path: "/api/intake/html", body: { html, name } }),
    importFile: (file, folder) => {
      const precondition = { "X-Filename": encodeURIComponent(file.name) };
      return json({ method: "POST", path: `/api/intake/file?${new URLSearchParams({ folder })}`, bytes: file, precondition });
    },
    keepPicture: (bytes, document) => json({ method: "POST", path: `/api/assets?${new URLSearchParams({ document })}`, bytes }),
    download: (name) => ask(token(), { method: "GET", path: `/api/download/${encodePath(name)}` }, (r) => r.blob()),
    downloadAll: () => ask(token(), { method: "GET", path: "/api/download" }, (r) => r.blob()),
    learn: (word) => done({ method: "POST", path: "/api/dictionary", body: { word } }),
    dictionary: () => json({ method: "GET", path: "/api/dictionary" }),
    unlearn: (word) => done({ method: "DELETE", path: `/api/dictionary/${encodeURIComponent(word)}` }),
    settings: () => json({ method: "GET", path: "/api/settings" }),
    changeSettings: (body) => json({ method: "PATCH", path: "/api/settings", body }),
    settingsFile: () => ask(token(), { method: "GET", path: "/api/settings/file" }, (r) => r.blob()),
    bringSettings: (bytes) => json({ method: "PUT", path: "/api/settings/file", bytes }),
    image: (path) => ask(token(), { method: "GET", path: `/api/files/${encodePath(path)}` }, (r) => r.blob()),
    targets: () => json({ method: "GET", path: "/api/export" }),
    export: (body) => json({ method: "POST", path: "/api/export", body }),
  };
}

async function ask<T>(token: string, question: Question, read: (response: Response) => Promise<T>): Promise<Result<T>> {
  const { method, path, body, bytes, precondition, urgent, signal } = question;
  const json = body === undefined ? null : new Blob([JSON.stringify(body)], { type: "application/json" });
  const content = bytes?.slice(0, bytes.size, "application/octet-stream") ?? json;
  try {
    const response = await fetch(path, {
      method,
      body: content,
      headers: { ...precondition, Authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: signal ?? null,
      keepalive: urgent === true && (content?.size ?? 0) < LARGEST_URGENT,
    });
    if (response.status === UNCHANGED) {
      // Chromium counts an answer that nobody reads as a failed request.
      await response.text();
      return { ok: true, value: null as T };
    }
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: await read(response) };
  } catch {
    return { ok: false, failure: UNREACHABLE };
  }
}

async function failureOf(response: Response): Promise<Failure> {
  try {
    const { error, name } = (await response.json()) as { error: { code: string; message: string }; name?: string };
    return { status: response.status, ...error, moved: name };
  } catch {
    return { status: response.status, code: "failed", message: `The server answered ${response.status}.` };
  }
}

function documentPath(name: string): string {
  return `/api/documents/${encodePath(name)}`;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
