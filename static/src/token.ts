/** The word that proves this page was opened from the terminal. It never stays in the address bar. */

import { recall, remember } from "./memory";

const KEY = "meai-token";

/** What cannot be one is no token, whatever a header or a socket would make of it. */
const ADDRESS = /^#token=([\w-]{1,256})$/;

/** Take the token out of `#token=…`, else the one this tab has kept; null when there is none. */
export function takeToken(): string | null {
  const given = ADDRESS.exec(location.hash)?.[1];
  if (given === undefined) return recall(KEY, "session");
  remember(KEY, given, "session");
  history.replaceState(null, "", location.pathname + location.search);
  return given;
}
