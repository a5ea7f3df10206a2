/** HTML that the server has sanitised, as browsers with Trusted Types want it said. */

export interface Trust {
  createHTML(html: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: Trust): Trust;
}

/** The policy of that name, which the server's headers allow once; elsewhere the same string. */
export function trustedHtml(name: "meai-preview" | "meai-export"): Trust {
  const rules: Trust = { createHTML: (html) => html };
  const factory = (window as { trustedTypes?: PolicyFactory }).trustedTypes;
  return factory ? factory.createPolicy(name, rules) : rules;
}
