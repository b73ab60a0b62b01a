// The page: type a review and see the words that decided, type a beginning and watch it go on, type a sentence and see
// the translation with its attention. Everything is computed here; no text leaves the browser.

import * as ort from "./node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";
import { load } from "./recurra.js";

const [status, text, answer, controls, go, temperature] = ["status", "text", "answer", "controls", "go", "temperature"].map(
  (id) => document.getElementById(id),
);
const bundle = new URL(new URLSearchParams(location.search).get("bundle") ?? "bundle/", location.href);
if (!bundle.pathname.endsWith("/")) bundle.pathname += "/";
ort.env.wasm.numThreads = 1; // more need headers that a plain server of files does not send

const EXAMPLES = {
  sentiment: "A dull story, but what an ending!",
  chargen: "The ",
  translation: "The old man is reading a book.",
};
const SHOW = { sentiment: label, chargen: () => {}, translation: translate };

let asked = 0; // an answer to an older text than the last is not shown

try {
  const read = async (name) => {
    const found = await fetch(new URL(name, bundle));
    if (!found.ok) throw new Error(`${found.url}: ${found.status} ${found.statusText}`);
    return found.arrayBuffer();
  };
  const files = JSON.parse(new TextDecoder().decode(await read("checksums.json")));
  const small = Object.keys(files).some((name) => name.endsWith(".int8.onnx"));
  const model = await load(ort, read, small ? "int8" : "fp32");
  text.value = EXAMPLES[model.task];
  text.disabled = false;
  status.textContent = `ready: ${model.task}`;
  const show = async () => {
    const number = ++asked;
    const start = performance.now();
    const shown = await SHOW[model.task](model, text.value);
    if (number !== asked || !shown) return;
    answer.replaceChildren(...shown);
    status.textContent = `answered in ${(performance.now() - start).toFixed(1)} ms`;
  };
  text.addEventListener("input", show);
  controls.hidden = model.task !== "chargen";
  go.addEventListener("click", () => write(model));
  await show();
} catch (error) {
  status.textContent = String(error);
}

function element(kind, content, style = {}) {
  const made = document.createElement(kind);
  made.append(...[content].flat());
  Object.assign(made.style, style);
  return made;
}

// The label, and each word in the colour of what it did: green for the label, red against it.
async function label(model, review) {
  const { label, probability, words } = await model.explain(review);
  const most = Math.max(...words.map(([, weight]) => Math.abs(weight)), 1);
  const shown = words.flatMap(([word, weight]) => {
    const hue = weight > 0 ? 130 : 0;
    const backgroundColor = `hsl(${hue} 70% 55% / ${Math.abs(weight) / most})`;
    return [element("span", word, { backgroundColor }), " "];
  });
  return [element("p", `${label} (${(100 * probability).toFixed(1)} %)`), ...shown];
}

// Goes on with the text until it is stopped, or another text is typed.
async function write(model) {
  const number = ++asked;
  const start = performance.now();
  answer.textContent = "";
  let count = 0;
  for await (const character of model.generate(text.value, { length: 2000, temperature: Number(temperature.value) })) {
    if (number !== asked) return;
    answer.append(character);
    if (++count % 20 === 0) {
      status.textContent = `${Math.round((1000 * count) / (performance.now() - start))} characters/s`;
      await new Promise(requestAnimationFrame);
    }
  }
}

// The translation, and a table of what each of its tokens (columns) looked at.
async function translate(model, sentence) {
  const { text: found, source, target, attention } = await model.translate(sentence, { beam: 5 });
  const plain = (token) => token.replaceAll("▁", " ");
  const head = element("thead", element("tr", [element("th", ""), ...target.map((token) => element("th", plain(token)))]));
  const rows = source.map((token, s) =>
    element("tr", [
      element("th", plain(token)),
      ...target.map((_, t) => element("td", "", { backgroundColor: `hsl(220 80% 45% / ${attention[t][s]})` })),
    ]),
  );
  return [element("p", found), element("table", [head, element("tbody", rows)])];
}
