// Text to token ids, as the `tokenizer.json` of a bundle says: the normalizers, pre-tokenizers and models that recurra
// writes, and no others.

export class Tokenizer {
  constructor(json) {
    this.normalizers = (json.normalizer?.normalizers ?? []).map(normalizer);
    this.split = preTokenizer(json.pre_tokenizer);
    const { vocab, type, unk_token, merges } = json.model;
    this.ids = new Map(Object.entries(vocab));
    this.tokens = [];
    for (const [token, id] of this.ids) this.tokens[id] = token;
    this.unknown = this.ids.get(unk_token);
    this.ranks = new Map((merges ?? []).map((pair, rank) => [typeof pair === "string" ? pair : pair.join(" "), rank]));
    if (type !== "BPE" && type !== "WordLevel") throw new Error(`tokenizer.json: no model ${type} here`);
    this.model = type === "BPE" ? (piece) => this.merge(piece) : (piece) => [piece];
  }

  // The ids of a text, and the piece of it that each stands for.
  encode(text) {
    const normal = this.normalizers.reduce((read, step) => step(read), text.toWellFormed?.() ?? text);
    const pieces = this.split(normal).flatMap(this.model);
    return { ids: pieces.map((piece) => this.ids.get(piece) ?? this.unknown), pieces };
  }

  // Byte-pair encoding: the pair that was learned first is merged first, the leftmost of equals.
  merge(piece) {
    const parts = [...piece];
    for (;;) {
      let best = Infinity, place = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
        if (rank < best) [best, place] = [rank, i];
      }
      if (place < 0) return parts;
      parts.splice(place, 2, parts[place] + parts[place + 1]);
    }
  }
}

function normalizer(step) {
  const { type } = step;
  if (type === "NFC") return (text) => text.normalize("NFC");
  if (type === "Replace") return (text) => text.replace(expression(step.pattern.Regex), step.content);
  if (type === "Strip") return (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
  // letter by letter: the end of a Greek word has no say
  if (type === "Lowercase") return (text) => Array.from(text, (letter) => letter.toLowerCase()).join("");
  throw new Error(`tokenizer.json: no normalizer ${type} here`);
}

function preTokenizer(step) {
  if (step.type === "Sequence") {
    const steps = step.pretokenizers.map(preTokenizer);
    return (text) => steps.reduce((pieces, split) => pieces.flatMap(split), [text]);
  }
  if (step.type === "Metaspace") {
    const blank = step.replacement;
    return (text) => {
      const marked = text.replaceAll(" ", blank);
      const whole = marked && !marked.startsWith(blank) ? blank + marked : marked;
      return whole.split(new RegExp(`(?=${blank})`, "u")).filter(Boolean);
    };
  }
  if (step.type !== "Split") throw new Error(`tokenizer.json: no pre-tokenizer ${step.type} here`);
  const pattern = expression(step.pattern.Regex);
  if (step.invert) return (text) => text.match(pattern) ?? [];
  return (text) => {
    const pieces = [];
    let end = 0;
    for (const found of text.matchAll(pattern)) {
      pieces.push(text.slice(end, found.index), found[0]);
      end = found.index + found[0].length;
    }
    return [...pieces, text.slice(end)].filter(Boolean);
  };
}

// A pattern of Oniguruma as JavaScript writes it.
function expression(pattern) {
  const [open, shut] = ["[", "]"];
  let inside = false, written = "";
  for (const [part] of pattern.matchAll(/\\p\{\w+\}|\\.|[^\\]/gsu)) {
    if (part === open) inside = true;
    if (part === shut) inside = false;
    if (part === "\\p{Han}") written += "\\p{Script=Han}";
    else if (part === "\\s") written += "\\p{White_Space}";
    else if (part === "\\S") written += "\\P{White_Space}";
    else written += part === "." && !inside ? "[^\\n]" : part;
  }
  return new RegExp(written, "gu");
}
