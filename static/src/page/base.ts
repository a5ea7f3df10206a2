/** What every wing of the page stands on: the key to the server, questions and notices, and the time. */

import { type Api, connectApi } from "../api";
import { createDialogs, type Dialogs } from "../dialogs";
import { byId } from "../dom";
import { createNotices, type Notices } from "../notices";
import type { Clock } from "../pace";
import type { FromPage } from "../protocol";
import { Preferences } from "../settings";
import { takeToken } from "../token";
import type { Page } from "./page";

export interface BaseWing {
  readonly api: Api;
  readonly notices: Notices;
  readonly dialogs: Dialogs;
  readonly clock: Clock;
  readonly preferences: Preferences;
  /** Whether it could be sent. */
  send(message: FromPage): boolean;
  token(): string;
  /** Take a newer key from the address, if there is one. */
  renewToken(): void;
}

export function baseWing(page: Page, first: string): BaseWing {
  let token = first;
  const api = connectApi(() => token);
  const clock: Clock = {
    now: () => performance.now(),
    after: (ms, then) => window.setTimeout(then, ms),
    cancel: (id) => clearTimeout(id),
  };
  const notices = createNotices(byId("notices"), clock);
  return {
    api,
    notices,
    preferences: new Preferences({
      api,
      applied: (settings) => page.settingsChanged(settings),
      refused: (sentence) => notices.show("settings", { text: sentence, tone: "error" }),
    }),
    dialogs: createDialogs(byId("dialog")),
    clock,
    send: (message) => page.socket.send(message),
    token: () => token,
    renewToken: () => void (token = takeToken() ?? token),
  };
}
