/** What the page and the server say to each other; docs/protocol.md in types. Knows nothing of how it travels. */

export interface DocumentEntry {
  readonly name: string;
  readonly size: number;
  readonly modified: string;
}

export interface Workspace {
  readonly workspace: string;
  /** The folder's, the same at each start. */
  readonly id: string;
  readonly documents: readonly DocumentEntry[];
  readonly open: string | null;
}

/** How garbled characters would be put right. */
export interface Repair {
  readonly text: string;
  readonly changes: readonly { readonly line: number; readonly before: string; readonly after: string }[];
}

export interface OpenedDocument {
  readonly name: string;
  readonly text: string;
  readonly etag: string;
  /** Why it cannot be saved. */
  readonly read_only: string | null;
  /** Whether a copy of it could be. */
  readonly convertible: boolean;
  /** So long that it is not previewed while typing. */
  readonly plain: boolean;
  readonly repair: Repair | null;
}

/** What a page wrote and nobody saved, as the server was told; `base` is empty for a document that has no file yet. */
export interface LeftDraft {
  readonly name: string;
  readonly base: string;
  readonly text: string;
  readonly client: string;
  readonly seq: number;
  readonly at: string;
}

export interface SavedDocument {
  readonly name: string;
  readonly etag: string;
}

/** A line in which what was sought was found; of a document's name where `line` is null. */
export interface Found {
  readonly name: string;
  readonly line: number | null;
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

export interface SearchAnswer {
  readonly results: readonly Found[];
  readonly more: boolean;
}

export interface Trashed {
  readonly id: string;
  readonly name: string;
  readonly deleted: string;
  readonly size: number;
}

/** A document that only the history still has. */
export interface Lost {
  readonly id: string;
  readonly name: string;
  readonly saved: string;
  readonly words: number;
}

export interface Revision {
  readonly rev: number;
  readonly etag: string;
  readonly saved: string;
  readonly label: string | null;
  readonly kind: "save" | "external" | "import" | "restore" | "unsaved";
  readonly words: number;
  readonly added: number;
  readonly removed: number;
}

export interface History {
  readonly revisions: readonly Revision[];
  readonly warning: string | null;
}

/** What of a document's history is to go for good. */
export type Wish =
  | { readonly what: "versions"; readonly first: number; readonly last: number }
  | { readonly what: "words"; readonly words: string }
  | { readonly what: "all" };

/** How much that is; `elsewhere` are documents that have had such a text too, `damaged` files that may still have it. */
export interface Forgotten {
  readonly versions: number;
  readonly named: number;
  readonly receipts: number;
  readonly drafts: number;
  readonly stays: number;
  readonly elsewhere: readonly string[];
  readonly damaged: readonly string[];
}

/** An answer of the model that the writer took. */
export interface Receipt {
  readonly id: string;
  readonly action: string;
  readonly model: string;
  readonly source: string;
  readonly result: string;
  readonly instruction: string;
}

/** A piece of a line that the model wrote: the `nth` place, from 0, at which that line has `text`. */
export interface Piece {
  readonly receipt: string;
  readonly line: number;
  readonly text: string;
  readonly nth: number;
}

export interface Authorship {
  readonly receipts: readonly (Receipt & { readonly at: string })[];
  readonly authorship: readonly Piece[];
}

/** A pasted piece as Markdown. */
export interface Pasted {
  readonly text: string;
  /** Sentences for the writer. */
  readonly notes: readonly string[];
}

/** What became of a file. */
export interface Imported {
  readonly documents: readonly SavedDocument[];
  readonly notes: readonly string[];
}

/** What an option of an export may be. */
export type Choice = string | boolean;

export interface ExportTarget {
  readonly name: string;
  readonly label: string;
  readonly suffix: string;
  readonly media_type: string;
  /** The options it heeds; the first choice is what it is unless chosen. */
  readonly choices: Readonly<Record<string, readonly Choice[]>>;
}

/** One thing for the writer to know before a document is sent. */
export interface Note {
  readonly line: number | null;
  readonly kind: "lost" | "changed" | "check";
  readonly construct: string;
  readonly message: string;
  /** What would mend it; empty where only the writer can. */
  readonly fix: string;
}

export interface ExportPart {
  readonly name: string;
  readonly media_type: string;
  readonly content: string;
}

export interface Exported {
  readonly filename: string;
  readonly media_type: string;
  readonly content: string;
  readonly parts: readonly ExportPart[];
  readonly facts: { readonly bytes: number; readonly words: number; readonly minutes: number };
  readonly report: readonly Note[];
}

export interface Action {
  readonly name: string;
  readonly label: string;
  /** `replace`: the answer stands for the selection; `insert`: it goes to the caret; `below`: below the selection. */
  readonly scope: "replace" | "insert" | "below";
  /** What the writer must say besides. */
  readonly needs?: "" | "instruction" | "language";
  /** Of a writer's own action, as CodeMirror writes keys; empty for none. */
  readonly key?: string;
}

export interface Offer {
  readonly name: string;
  readonly label: string;
  readonly size: number;
  readonly licence: string;
}

/** How far a model has come; no model when none is on its way any more. */
export interface Fetching {
  readonly model: string | null;
  readonly message: string;
  readonly done: number;
  readonly total: number;
  readonly bytes_per_s: number;
  readonly left_s: number | null;
}

/** A model that one could use, and what it would take of this computer. */
export interface ModelCard {
  readonly name: string;
  readonly label: string;
  readonly where: "here" | "named" | "elsewhere" | "begun" | "to-fetch";
  readonly size: number;
  readonly licence: string;
  readonly licence_url: string;
  readonly origin: string;
  /** Empty where it is not on this machine. */
  readonly path: string;
  readonly good_at: string;
  readonly quality: { readonly precision: number; readonly recall: number } | null;
  readonly note: string;
  readonly fit: "fits" | "tight" | "too-large" | "unknown";
  readonly writes_per_s: number | null;
  readonly measured: boolean;
  readonly done: number;
  readonly community: boolean;
}

/** A LoRA adapter that goes with a model. */
export interface ModelAdapter {
  readonly name: string;
  readonly path: string;
  /** The name of the model. */
  readonly model: string;
  /** 1 is as it was trained. */
  readonly scale: number;
  /** None: all. */
  readonly actions: readonly string[];
}

export interface ModelFields {
  readonly state: "none" | "fetching" | "loading" | "ready" | "failed";
  readonly name: string | null;
  readonly message: string;
  readonly done: number;
  readonly total: number;
  readonly offer: Offer | null;
  /** Tokens that it reads and writes in a second on this machine. */
  readonly reads_per_s: number | null;
  readonly writes_per_s: number | null;
  /** The host to which goes what it is asked about; empty where it is this program's own. */
  readonly sends_to: string;
}

export interface PreviewBlock {
  readonly id: string;
  readonly line: number;
  /** Left out where the page has this `id` from the last answer. */
  readonly html?: string;
}

/** A fact that is not the same in both texts; one side is empty where nothing stands for the other. */
export interface Flag {
  readonly before: string;
  readonly after: string;
  readonly kind: "number" | "date" | "name" | "quotation" | "negation";
}

export interface Unit {
  readonly source: string;
  readonly text: string;
  readonly reason: string;
  readonly flags?: readonly Flag[];
}

/** A place that may be wrong: the `nth` one, from 0, of that `text` in its line. */
export interface Problem {
  readonly line: number;
  readonly text: string;
  readonly nth: number;
  /** No dictionary has the word. */
  readonly is_word: boolean;
  readonly message: string;
  /** An empty one takes the text out. */
  readonly suggestions: readonly string[];
}

export type FromPage =
  | { readonly type: "hello"; readonly token: string }
  | { readonly type: "preview"; readonly version: number; readonly text: string }
  /** The text of version `base`, with `text` in the place of its `lines` lines from `line` on. */
  | { readonly type: "preview_change"; readonly version: number; readonly base: number; readonly line: number; readonly lines: number; readonly text: string }
  | {
      readonly type: "rewrite";
      readonly id: string;
      readonly action: string;
      readonly selection: string;
      readonly before: string;
      readonly after: string;
      readonly instruction: string;
      /** How often the same was asked before. */
      readonly variation: number;
      /** An answer to be refined as `instruction` says; empty for a first one. */
      readonly draft: string;
      /** Whose English it is; empty: as the text is written. */
      readonly dialect: string;
    }
  | {
      readonly type: "complete";
      readonly id: string;
      readonly before: string;
      readonly after: string;
      readonly variation: number;
    }
  | { readonly type: "warm"; readonly selection: string; readonly before: string; readonly after: string }
  | {
      readonly type: "proofread";
      readonly version: number;
      readonly line: number;
      readonly text: string;
      readonly around: string;
      readonly dialect: string;
    }
  | { readonly type: "cancel"; readonly id: string }
  | { readonly type: "pull"; readonly model: string }
  | { readonly type: "pause" }
  | { readonly type: "use"; readonly model: string }
  | {
      readonly type: "draft";
      readonly name: string;
      readonly base: string;
      readonly text: string;
      readonly client: string;
      readonly seq: number;
    };

export interface Previewed {
  readonly type: "previewed";
  readonly version: number;
  /** So many blocks of the last one stay at the start. */
  readonly kept: number;
  readonly blocks: readonly PreviewBlock[];
  /** So many stay at the end, `moved` down by so many lines. */
  readonly rest: number;
  readonly moved: number;
  readonly message: string;
}

export interface Proposed {
  readonly type: "proposed";
  readonly id: string;
  readonly text: string;
  readonly units: readonly Unit[];
  readonly warnings: readonly string[];
  /** Answers to choose one from. */
  readonly choices?: readonly string[];
}

export interface ProblemsFound {
  readonly type: "problems";
  readonly version: number;
  /** False where this is no English, or nothing can check it. */
  readonly checked: boolean;
  readonly problems: readonly Problem[];
}

export interface OwnAction {
  readonly name: string;
  readonly instruction: string;
  readonly key: string;
}

/** How the writer likes the program; the names are those in the file. */
export interface Settings {
  readonly theme: "system" | "light" | "dark";
  /** In hundredths of what suits the window. */
  readonly text_size: number;
  /** In characters. */
  readonly measure: number;
  readonly dialect: "auto" | "american" | "british" | "australian" | "canadian" | "indian";
  readonly underlines: boolean;
  readonly caret_text: boolean;
  /** In seconds; 0: only when asked. */
  readonly autosave: number;
  readonly bubble: boolean;
  readonly slash_menu: boolean;
  readonly remote_pictures: boolean;
  readonly help_at_start: "first" | "always" | "never";
  /** The writer's own, by the names of commands. */
  readonly keys: Readonly<Record<string, string>>;
  readonly action: readonly OwnAction[];
}

/** Null: as by default. */
export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | null };

export interface SettingsTold {
  readonly values: Settings;
  /** Where they are kept. */
  readonly file: string;
  /** Why that file cannot be read. */
  readonly problem: string | null;
}

export type FromServer =
  | { readonly type: "welcome"; readonly version: string; readonly actions: readonly Action[]; readonly model: ModelFields; readonly settings: Settings }
  | { readonly type: "settings"; readonly values: Settings; readonly actions: readonly Action[] }
  | ({ readonly type: "model" } & ModelFields)
  | ({ readonly type: "fetching" } & Fetching)
  | { readonly type: "beyond"; readonly actions: readonly { readonly name: string; readonly reason: string }[] }
  | Previewed
  | { readonly type: "delta"; readonly id: string; readonly text: string }
  /** Not checked yet: the next `delta` takes its place. */
  | { readonly type: "sketch"; readonly id: string; readonly text: string }
  | Proposed
  | ProblemsFound
  | { readonly type: "failed"; readonly id: string; readonly code: string; readonly message: string }
  | { readonly type: "cancelled"; readonly id: string }
  | { readonly type: "changed"; readonly name: string; readonly etag: string | null }
  | { readonly type: "listed" }
  | { readonly type: "error"; readonly code: string; readonly message: string };
