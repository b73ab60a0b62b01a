// A bundle in Node.js:   node node.js BUNDLE [--int8] "a text" …
// Prints a line of JSON for each text: its label, how it goes on (greedily), or its translation.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ort from "onnxruntime-node";
import { load } from "./recurra.js";

const words = process.argv.slice(2);
const [bundle, ...texts] = words.filter((word) => word !== "--int8");
if (!texts.length) {
  console.error('usage: node node.js BUNDLE [--int8] "a text" …');
  process.exit(2);
}
const model = await load(ort, (name) => readFile(join(bundle, name)), words.includes("--int8") ? "int8" : "fp32");
for (const text of texts) console.log(JSON.stringify({ text, ...(await answer(text)) }));

async function answer(text) {
  if (model.task === "sentiment") return model.predict(text);
  if (model.task === "translation") {
    const { text: translation, score } = await model.translate(text);
    return { translation, score };
  }
  let written = "";
  for await (const character of model.generate(text, { length: 200 })) written += character;
  return { written };
}
