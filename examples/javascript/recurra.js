// A bundle that answers in JavaScript, in Node.js and in browsers: one of them passes its ONNX Runtime, and how to read
// a file of the bundle.
//
//   const model = await load(ort, (name) => readFile(`bundle/${name}`));
//   await model.predict("It's great, really.");

import { Tokenizer } from "./tokenizer.js";

const LONGEST = 2000; // tokens of a translation at most, as in the runtime

const TASKS = { sentiment: () => Classifier, chargen: () => Writer, translation: () => Translator };

// `read(name)` gives the bytes of a file; `precision` is fp32 (as the checkpoint answers) or int8 (small and fast).
export async function load(ort, read, precision = "fp32") {
  const json = async (name) => JSON.parse(new TextDecoder().decode(await read(name)));
  const config = await json("config.json");
  if (config.format !== 1) throw new Error(`config.json has format ${config.format}, this script reads 1`);
  if (!(config.task in TASKS)) throw new Error(`config.json: there is no task ${config.task}`);
  const ending = precision === "int8" ? ".int8.onnx" : ".onnx";
  const graph = async (name) => new Graph(ort, await ort.InferenceSession.create(new Uint8Array(await read(name + ending))));
  const model = new (TASKS[config.task]())();
  await model.open(config, await json("tokenizer.json"), graph);
  return model;
}

class Graph {
  constructor(ort, session) {
    Object.assign(this, { ort, session });
  }

  // Runs on whole numbers (`ints`) and on tensors that other graphs gave.
  run(ints, tensors = {}) {
    const feeds = { ...tensors };
    for (const [name, [values, dims]] of Object.entries(ints)) {
      feeds[name] = new this.ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
    }
    return this.session.run(feeds);
  }
}

class Classifier {
  async open(config, tokenizer, graph) {
    this.task = "sentiment";
    this.labels = config.spec.labels;
    this.tokenizer = new Tokenizer(tokenizer);
    this.graph = await graph("model");
  }

  encode(text) {
    const { ids, pieces } = this.tokenizer.encode(text);
    return ids.length ? { ids, pieces } : { ids: [this.tokenizer.unknown], pieces: [] };
  }

  // The likeliest label and the probability of each.
  async predict(text) {
    const [p] = await this.probabilities([this.encode(text).ids]);
    const probabilities = Object.fromEntries(this.labels.map((label, i) => [label, p[i]]));
    return { label: this.labels[p.indexOf(Math.max(...p))], probabilities };
  }

  // Each token with what the likeliest label loses in log-odds when that token becomes unknown.
  async explain(text) {
    const { ids, pieces } = this.encode(text);
    const without = ids.map((_, i) => ids.with(i, this.tokenizer.unknown));
    const [p, ...others] = await this.probabilities([ids, ...without]);
    const best = p.indexOf(Math.max(...p));
    const odds = (q) => Math.log(q[best] / (1 - q[best] + 1e-12));
    return { label: this.labels[best], probability: p[best], words: pieces.map((word, i) => [word, odds(p) - odds(others[i])]) };
  }

  // Probabilities of each of some texts of equally many tokens.
  async probabilities(rows) {
    const [batch, time] = [rows.length, rows[0].length];
    const lengths = new Array(batch).fill(time);
    const { logits } = await this.graph.run({ tokens: [rows.flat(), [batch, time]], lengths: [lengths, [batch]] });
    return rows.map((_, row) => softmax(logits.data.subarray(row * this.labels.length, (row + 1) * this.labels.length)));
  }
}

class Writer {
  async open(config, tokenizer, graph) {
    this.task = "chargen";
    this.tokenizer = new Tokenizer(tokenizer);
    const { layers, cell, hidden_size } = config.config.model;
    this.form = [layers, cell === "lstm" ? 2 : 1, 1, hidden_size];
    this.graph = await graph("model");
  }

  // The characters that follow a prompt, one by one; `temperature` 0 takes the likeliest.
  async *generate(prompt, { length = 500, temperature = 0, random = Math.random } = {}) {
    const { ids } = this.tokenizer.encode(prompt || "\n");
    const zeros = new Float32Array(this.form.reduce((a, b) => a * b));
    let state = new this.graph.ort.Tensor("float32", zeros, this.form);
    let read = ids;
    for (let written = 0; written < length; written++) {
      const { logits, next_state } = await this.graph.run({ tokens: [read, [1, read.length]] }, { state });
      state = next_state;
      const last = logits.data.slice(-logits.dims[2]);
      last[this.tokenizer.unknown] = -Infinity;
      const token = temperature === 0 ? last.indexOf(last.reduce((a, b) => Math.max(a, b))) : draw(last, temperature, random());
      yield this.tokenizer.tokens[token];
      read = [token];
    }
  }
}

class Translator {
  async open(config, sides, graph) {
    this.task = "translation";
    this.source = new Tokenizer(sides.source);
    this.target = sides.target ? new Tokenizer(sides.target) : this.source;
    this.spec = config.spec;
    this.options = config.config.decode;
    this.encoder = await graph("encoder");
    this.decoder = await graph("decoder");
  }

  // The best translation by beam search (Wu et al. 2016), its score, and what each of its tokens looked at.
  async translate(text, options = {}) {
    const { beam, length_penalty, coverage_penalty, max_ratio, replace_unknown } = { ...this.options, ...options };
    const { begin, end, pad, unknown } = this.spec;
    const { ids, pieces } = this.source.encode(text);
    ids.push(end);
    const { state, ...memory } = await this.encoder.run({ tokens: [ids, [1, ids.length]], lengths: [[ids.length], [1]] });
    const never = new Set([pad, begin, ...(replace_unknown ? [] : [unknown])]);
    const longest = Math.min(Math.trunc(max_ratio * ids.length) + 10, LONGEST);
    const norm = (length) => ((5 + length) / 6) ** length_penalty;
    const coverage = (seen) => seen.reduce((sum, x) => sum + Math.log(Math.min(Math.max(x, 1e-9), 1)), 0);
    let alive = [{ total: 0, token: begin, tokens: [], looks: [], seen: ids.map(() => 0), row: 0 }];
    let best = null;
    for (let written = 0, before = state; ; written++) {
      const count = beam + 1 + never.size;
      const step = await this.decoder.run(
        { tokens: [alive.map((each) => each.token), [alive.length]], count: [[count], [1]] },
        { state: choose(this.decoder.ort, before, alive.map((each) => each.row)), ...memory },
      );
      before = step.next_state;
      const width = step.best.dims[1];
      const candidates = [];
      alive.forEach((each, row) => {
        each.look = Array.from(step.attention.data.subarray(row * ids.length, (row + 1) * ids.length));
        each.seen = each.seen.map((x, i) => x + each.look[i]);
        if (written === longest) {
          const p = step.log_probabilities.data[row * step.log_probabilities.dims[1] + end];
          candidates.push({ total: each.total + p, word: end, each, row });
        } else {
          for (let i = row * width; i < (row + 1) * width; i++) {
            const word = Number(step.words.data[i]);
            if (!never.has(word)) candidates.push({ total: each.total + step.best.data[i], word, each, row });
          }
        }
      });
      // beam 1 is greedy: it ends where the likeliest token is the end
      candidates.sort((a, b) => b.total - a.total);
      for (const { total, word, each } of candidates.slice(0, beam)) {
        if (word !== end) continue;
        const score = total / norm(written + 1) + coverage_penalty * coverage(each.seen);
        if (!best || score > best.score) best = { score, tokens: each.tokens, looks: each.looks };
      }
      const going = candidates.filter(({ word }) => word !== end).slice(0, beam);
      const hopeless = !going.length || (best && (beam === 1 || going[0].total / norm(longest + 1) <= best.score));
      if (written === longest || hopeless) break;
      alive = going.map(({ total, word, each, row }) => ({
        total, token: word, tokens: [...each.tokens, word], looks: [...each.looks, each.look], seen: each.seen, row,
      }));
    }
    return this.told(best, pieces, replace_unknown);
  }

  // A hypothesis as a text.
  told({ score, tokens, looks }, pieces, replace) {
    const target = tokens.map((token, i) => {
      if (token !== this.spec.unknown || !replace || !pieces.length) return this.target.tokens[token];
      const seen = looks[i].slice(0, pieces.length);
      return pieces[seen.indexOf(Math.max(...seen))];
    });
    const text = target.join("").replaceAll("▁", " ").trim();
    return { text, score, source: [...pieces, "</s>"], target, attention: looks };
  }
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const p = Array.from(logits, (each) => Math.exp(each - largest));
  const total = p.reduce((a, b) => a + b);
  return p.map((each) => each / total);
}

function draw(logits, temperature, uniform) {
  const p = softmax(logits.map((each) => each / temperature));
  let left = uniform;
  return Math.max(0, p.findIndex((each) => (left -= each) < 0));
}

// Rows of a state `(parts, rows, size)`.
function choose(ort, state, rows) {
  const [parts, before, size] = state.dims;
  const data = new Float32Array(parts * rows.length * size);
  for (let part = 0; part < parts; part++) {
    rows.forEach((row, i) => {
      const from = (part * before + row) * size;
      data.set(state.data.subarray(from, from + size), (part * rows.length + i) * size);
    });
  }
  return new ort.Tensor("float32", data, [parts, rows.length, size]);
}
