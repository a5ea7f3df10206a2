/** What the Markdown language asks of the HTML language, without a parser: raw HTML is text like any other to it. */

/** No parser; raw HTML keeps the nodes that the Markdown parser gives it. */
export function html(): { support: []; language: { parser: undefined } } {
  return { support: [], language: { parser: undefined } };
}

/** Nothing is completed. */
export function htmlCompletionSource(): null {
  return null;
}
