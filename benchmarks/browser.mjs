// How long the page of examples/javascript takes for an answer, after loading: the median of 21, in headless Chromium.
//
//   npm --prefix examples/javascript install
//   cp -r outputs/sentiment/RUN/bundle examples/javascript/bundle && python -m http.server --directory examples/javascript &
//   node benchmarks/browser.mjs http://localhost:8000/index.html "the film is a long and winding road"

import { createRequire } from "node:module";

const { resolve } = createRequire(new URL("../examples/javascript/package.json", import.meta.url));
const chromium = (await import(resolve("@sparticuz/chromium"))).default;
const puppeteer = (await import(resolve("puppeteer-core"))).default;
const [address, typed] = process.argv.slice(2);
const executablePath = await chromium.executablePath();
const browser = await puppeteer.launch({ executablePath, args: chromium.args, headless: "shell" });
try {
  const page = await browser.newPage();
  await page.goto(address);
  const answered = () => page.waitForFunction(() => /answered|Error/.test(document.getElementById("status").textContent));
  const times = [];
  for (let i = 0; i < 21; i++) {
    await answered();
    await page.$eval("#text", (box, text) => {
      document.getElementById("status").textContent = "";
      box.value = text;
      box.dispatchEvent(new Event("input"));
    }, typed);
    await answered();
    const status = await page.$eval("#status", (element) => element.textContent);
    times.push(parseFloat(status.match(/[\d.]+/)[0]));
  }
  times.sort((a, b) => a - b);
  console.log(`${times[10]} ms (${times[0]} to ${times[20]}), ${typed.split(" ").length} words`);
} finally {
  await browser.close();
}
