// Says of each post on stdin what ProseMirror finds wrong with it: null for nothing.

import { readFileSync } from "node:fs";

import { Node } from "prosemirror-model";

import { schemaOf } from "./schema.mjs";

const { table, posts } = JSON.parse(readFileSync(0, "utf-8"));
const schema = schemaOf(table);
const verdicts = posts.map((post) => {
  try {
    Node.fromJSON(schema, post).check();
    return null;
  } catch (error) {
    return String(error);
  }
});
process.stdout.write(JSON.stringify(verdicts));
