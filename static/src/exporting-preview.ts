/** What readers get at a target, as a whole page for a frame without scripts. Knows nothing of the server. */

import type { Exported } from "./protocol";
import type { Trust } from "./trusted";

export interface Look {
  readonly theme: "light" | "dark";
  /** The document's title and subtitle, where the target shows them in fields of its own. */
  readonly title: string;
  readonly subtitle: string;
  readonly nonce: string;
}

const INKS = {
  light: { paper: "#ffffff", ink: "#363737", quiet: "#6b6b6b", line: "#e6e6e6", shade: "#f5f5f5", link: "#363737", accent: "#b93a08" },
  dark: { paper: "#121212", ink: "#e4e4e4", quiet: "#a3a3a3", line: "#333333", shade: "#1e1e1e", link: "#e4e4e4", accent: "#ff9166" },
};

/** As Substack's own pages look: a serif of 19 px, a column of 728. */
const SUBSTACK = `
  body { max-width: 728px; margin: 0 auto; padding: 32px 20px 96px; font: 400 19px/1.6 Spectral, "Source Serif 4", Charter, Georgia, serif; }
  h1, h2, h3, h4, h5, h6, header { font-family: "SF Pro Display", -apple-system, system-ui, "Segoe UI", Roboto, sans-serif; line-height: 1.16; }
  header { margin-bottom: 32px; padding-bottom: 24px; border-bottom: 1px solid var(--line); }
  header h1 { margin: 0 0 8px; font-size: 36px; }
  header p { margin: 0; color: var(--quiet); font-size: 20px; line-height: 1.4; }
  h1, h2, h3, h4, h5, h6 { margin: 1em 0 0.625em; font-weight: 700; }
  h1 { font-size: 32px; } h2 { font-size: 26px; } h3 { font-size: 22px; } h4, h5, h6 { font-size: 18px; }
  p { margin: 0 0 20px; } li p { margin: 0 0 8px; }
  sup, sub { font-size: 0.7em; line-height: 0; }
  blockquote > :last-child { margin-bottom: 0; }
  blockquote { margin: 20px 0; padding-left: 20px; border-left: 4px solid var(--accent); }
  figure { margin: 32px auto; text-align: center; } figcaption { margin-top: 8px; color: var(--quiet); font-size: 14px; line-height: 1.4; }
  pre { padding: 20px; border-radius: 6px; background: var(--shade); font-size: 15px; line-height: 1.5; overflow-x: auto; }
  :not(pre) > code { padding: 2px 4px; border-radius: 3px; background: var(--shade); font-size: 0.85em; }
  hr { margin: 32px 0; border: 0; border-top: 1px solid var(--line); }
`;
const PLAIN = `
  body { padding: 24px 20px 64px; }
  pre { margin: 0 auto; max-width: 80ch; font: 400 14px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
`;
const LONGEST_SOURCE = 200_000;

/** The page that shows `exported`, for the `srcdoc` of a frame. */
export function pageFor(exported: Exported, look: Look, trust: Trust): string {
  return trust.createHTML(pageOf(exported, look, trust));
}

function pageOf(exported: Exported, look: Look, trust: Trust): string {
  const { media_type: type, content } = exported;
  if (type !== "text/html") return page(`<pre dir="auto">${escaped(shortened(content))}</pre>`, PLAIN, look);
  if (!/^\s*<!doctype/i.test(content)) {
    const subtitle = look.subtitle && `<p>${escaped(look.subtitle)}</p>`;
    return restyled(page(`<header dir="auto"><h1>${escaped(look.title)}</h1>${subtitle}</header><main dir="auto">${content}</main>`, SUBSTACK, look), look, trust);
  }
  return restyled(content, look, trust);
}

function page(body: string, style: string, { theme, nonce }: Look): string {
  const inks = Object.entries(INKS[theme]).map(([name, value]) => `--${name}: ${value};`);
  const common = `:root { color-scheme: ${theme}; ${inks.join(" ")} } body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word; } a { color: var(--link); } img { max-width: 100%; height: auto; }`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Preview</title><base target="_blank"><style nonce="${nonce}">${common}${style}</style></head><body>${body}</body></html>`;
}

/** The page's own policy holds in the frame: styles need its nonce, and what stands in elements becomes a class. */
function restyled(html: string, { nonce, theme }: Look, trust: Trust): string {
  // Before it is read, because the policy complains of what it does not apply.
  const renamed = html.replace(/(<[a-z][^<>]*?)\sstyle="/gi, '$1 data-style="').replace(/<style>/g, `<style nonce="${nonce}">`);
  const read = new DOMParser().parseFromString(trust.createHTML(renamed), "text/html");
  const rules = new Map<string, string>();
  for (const element of read.querySelectorAll<HTMLElement>("[data-style]")) {
    const style = element.getAttribute("data-style")!;
    const name = rules.get(style) ?? `in-element-${rules.size}`;
    rules.set(style, name);
    element.removeAttribute("data-style");
    element.classList.add(name);
  }
  for (const image of read.querySelectorAll("img")) unloaded(image, read);
  for (const policy of read.querySelectorAll("meta[http-equiv]")) policy.remove();
  const own = read.createElement("style");
  own.setAttribute("nonce", nonce);
  // As strong as a style in the element is.
  own.textContent = [...rules].map(([style, name]) => `.${name}.${name}.${name}.${name} { ${style} }`).join("\n") + REMOTE(theme);
  read.head.prepend(own);
  if (!read.querySelector("base")) {
    const base = read.createElement("base");
    base.target = "_blank";
    read.head.append(base);
  }
  return `<!DOCTYPE html>${read.documentElement.outerHTML}`;
}

const REMOTE = (theme: "light" | "dark") => `
  .not-loaded { display: inline-block; box-sizing: border-box; max-width: 100%; padding: 24px 20px; border: 1px dashed ${INKS[theme].quiet}; border-radius: 6px; color: ${INKS[theme].quiet}; font: 400 14px/1.4 system-ui, sans-serif; }`;

/** A preview asks nobody on the web for anything. */
function unloaded(image: HTMLImageElement, read: Document): void {
  const source = image.getAttribute("src") ?? "";
  if (source.startsWith("data:")) return;
  const words = read.createElement("span");
  words.className = "not-loaded";
  words.setAttribute("role", "img");
  const host = /^(?:https?:)?\/\/([^/]+)/.exec(source)?.[1];
  words.textContent = `${image.alt || "Image"} — ${host ? `from ${host}, not loaded here` : "comes with the letter"}`;
  image.replaceWith(words);
}

function shortened(text: string): string {
  const short = text.replace(/(;base64,[A-Za-z0-9+/]{40})[A-Za-z0-9+/=]+/g, "$1…");
  return short.length > LONGEST_SOURCE ? `${short.slice(0, LONGEST_SOURCE)}…` : short;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
