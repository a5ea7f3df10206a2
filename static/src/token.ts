/** The word that proves this page was opened from the terminal. It never stays in the address bar. */

const KEY = "meai-token";

/** Take the token out of `#token=…`, else the one this tab has kept; null when there is none. */
export function takeToken(): string | null {
  const given = /^#token=([^&]+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(KEY, decodeURIComponent(given));
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}
