/** Where drafts lie in this browser: IndexedDB, else, up to a size, localStorage. Knows nothing of when. */

import type { Draft, Store } from "./drafts";
import { recall, remember } from "./memory";

export interface DraftStorage extends Store {
  /** All that was kept of this workspace and not removed; nothing where the browser keeps nothing. */
  all(): Promise<Draft[]>;
}

type Kept = Draft & { readonly workspace: string };

const DATABASE = "me_ai_drafts";
const DRAFTS = "drafts";
const KEY = ["workspace", "name", "client"];
/** localStorage is 5 MB for the whole origin, and writing to it holds the page up. */
const MOST_CHARACTERS = 1_000_000;
/** A database that some fault keeps from opening must not keep the page from it. */
const PATIENCE = 2_000;
const PERSISTENT = "meai-persistent";

/** `workspace`, asked for at every use, tells one folder from another that was served at the same address. */
export function openDrafts(workspace: () => string): DraftStorage {
  const large = openDatabase(workspace);
  const small = openShelf(workspace);
  return {
    async put(draft) {
      askToPersist();
      try {
        await large.put(draft);
      } catch {
        await small.put(draft);
        return;
      }
      await small.remove(draft.name, draft.client, draft.seq);
    },
    async remove(name, client, seq) {
      await small.remove(name, client, seq);
      await large.remove(name, client, seq).catch(() => undefined);
    },
    async all() {
      const found = await large.all().catch(() => []);
      return [...found, ...(await small.all().catch(() => []))];
    },
  };
}

function openDatabase(workspace: () => string): DraftStorage {
  let opening: Promise<IDBDatabase> | null = null;

  const open = () =>
    new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(DRAFTS, { keyPath: KEY });
      request.onsuccess = () => {
        const database = request.result;
        // The browser may close it, say to free space; the next draft opens it anew.
        database.onclose = database.onversionchange = () => (database.close(), (opening = null));
        resolve(database);
      };
      request.onerror = () => reject(request.error);
      window.setTimeout(() => reject(new Error("the database does not open")), PATIENCE);
    });

  const within = async <T>(mode: IDBTransactionMode, work: (drafts: IDBObjectStore, done: (value: T) => void) => void) => {
    const database = await (opening ??= open()).catch((error: unknown) => ((opening = null), Promise.reject(error)));
    return new Promise<T | undefined>((resolve, reject) => {
      let result: T | undefined;
      const transaction = database.transaction(DRAFTS, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work(transaction.objectStore(DRAFTS), (value) => (result = value));
    });
  };

  return {
    async put(draft) {
      await within("readwrite", (drafts) => {
        drafts.put({ ...draft, workspace: workspace() } satisfies Kept);
        // A page that is being closed has no turn left in which it would be committed by itself.
        drafts.transaction.commit();
      });
    },
    async remove(name, client, seq) {
      const key = [workspace(), name, client];
      await within("readwrite", (drafts) => {
        const found = drafts.get(key);
        found.onsuccess = () => {
          if ((found.result as Kept | undefined) && (found.result as Kept).seq <= seq) drafts.delete(key);
        };
      });
    },
    async all() {
      const found = await within<Kept[]>("readonly", (drafts, done) => {
        const all = drafts.getAll(IDBKeyRange.bound([workspace()], [workspace(), []]));
        all.onsuccess = () => done(all.result as Kept[]);
      });
      return found ?? [];
    },
  };
}

function openShelf(workspace: () => string): DraftStorage {
  const prefix = () => `meai-draft:${workspace()}:`;
  const keyOf = (name: string, client: string) => `${prefix()}${client}:${name}`;
  const read = (key: string) => JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
  return {
    async put(draft) {
      if (draft.text.length > MOST_CHARACTERS) throw new Error("too long for localStorage");
      localStorage.setItem(keyOf(draft.name, draft.client), JSON.stringify({ ...draft, sent: null } satisfies Draft));
    },
    async remove(name, client, seq) {
      try {
        const key = keyOf(name, client);
        if ((read(key)?.seq ?? Infinity) <= seq) localStorage.removeItem(key);
      } catch {
        // A browser that keeps nothing has nothing to remove.
      }
    },
    async all() {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix()));
      return keys.map(read).filter((draft) => draft !== null);
    },
  };
}

/** Once: that the browser should not clear these away when space is short. Some ask the writer. */
function askToPersist(): void {
  if (recall(PERSISTENT) !== null) return;
  remember(PERSISTENT, "asked");
  void navigator.storage?.persist?.().catch(() => false);
}
