// Holds the HTML report to what it promises, in Chromium. Any line that begins with "FAIL" is a broken promise.
import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const pages = process.argv[2];
const shots = path.join(pages, "shots");
const axe = fs.readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const sizes = { phone: { width: 360, height: 780 }, laptop: { width: 1366, height: 850 }, wide: { width: 2200, height: 1200 } };
let failed = 0, passed = 0;
function check(ok, what) {
  if (ok) passed++; else { failed++; console.log("FAIL " + what); }
}
const file = (name) => "file://" + path.join(pages, name + ".html");
const dirs = [];
async function browser(options = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "detc-chromium-"));
  dirs.push(dir);
  return chromium.launchPersistentContext(dir, { executablePath: "/usr/bin/chromium", headless: true, args: flags, viewport: sizes.laptop, ...options });
}
const quick = process.argv[3] === "quick"; // all but the pictures
async function open(context, name, hash = "", size = "laptop", scheme = "light") {
  const page = await context.newPage();
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: scheme });
  page.on("pageerror", (e) => check(false, `${name}#${hash}: a script fails: ${e.message}`));
  page.on("console", (m) => { if (m.type() === "error") check(false, `${name}#${hash}: the console says ${m.text()}`); });
  page.on("dialog", (d) => { check(false, `${name}: a dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => { if (!r.url().startsWith("file://" + pages)) check(false, `${name}: asks for ${r.url()}`); });
  await page.goto(file(name) + (hash ? "#" + hash : ""));
  return page;
}
const shown = (page, selector) => page.locator(selector).filter({ visible: true }).count();

// What a page looks like, and that nothing of it sticks out.
const context = await browser();
const picture = ["summary", "matrix", "brief", "rules", "scopes", "ledger", "techniques", "about", "TA0104/D5", "rule/ot-mode-change-unlisted"];
for (const [size, scheme] of quick ? [] : [["laptop", "light"], ["laptop", "dark"], ["phone", "light"], ["phone", "dark"], ["wide", "light"]]) {
  for (const hash of picture) {
    const page = await open(context, "site", hash, size, scheme);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(over <= 0, `${size} #${hash}: ${over} px stick out`);
    const full = size !== "wide" && !["ledger", "rules"].includes(hash);
    await page.screenshot({ path: path.join(shots, `${size}-${scheme}-${hash.replaceAll("/", "-")}.png`), fullPage: full });
    if (size !== "wide") {
      // What is not shown is not looked at, and there are thirty thousand elements of it.
      await page.evaluate(() => document.querySelectorAll(".view:not(.on), .page:not(.on)").forEach((e) => e.remove()));
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
      for (const v of found.violations) check(false, `axe, ${size} ${scheme} #${hash}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target + " " + n.html.slice(0, 140)).join(" | ")}`);
      check(found.violations.length === 0, `axe, ${size} ${scheme} #${hash}`);
    }
    await page.close();
  }
}

// Deep links, search, filters, keys.
{
  const page = await open(context, "site", "TA0104/D5");
  check(await shown(page, "article.page") === 1, "a deep link shows one item");
  check((await page.locator("article.page.on h3").innerText()).includes("TA0104/D5"), "a deep link shows its item");
  check(await page.evaluate(() => scrollY) === 0, "a deep link begins at the top");
  await page.keyboard.press("Escape");
  check(await page.evaluate(() => location.hash) === "#matrix", "Esc goes back to the list");
  const all = await shown(page, "#matrix tr[data-e]");
  await page.keyboard.press("/");
  check(await page.evaluate(() => document.activeElement.id) === "q", "/ goes to the search");
  await page.keyboard.type("operating mode");
  await page.waitForTimeout(300);
  const some = await shown(page, "#matrix tr[data-e]");
  check(some > 0 && some < all, `the search narrows ${all} items to ${some}`);
  check((await page.locator("#found").innerText()).startsWith(`${some} of ${all}`), "the search says how many it found");
  check((await page.locator('[data-tab="rules"] .hits').innerText()) !== "", "the search says how many it found elsewhere");
  await page.keyboard.press("Enter");
  check(await page.locator("#matrix tr.cur").count() === 1, "Enter in the search marks the first");
  await page.keyboard.press("Enter");
  check(await shown(page, "article.page") === 1, "Enter opens the marked entry");
  await page.goBack();
  check(await page.evaluate(() => location.hash) === "#matrix", "the browser's own way back works");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  check(await page.locator("#q").inputValue() === "", "Esc clears the search");
  await page.keyboard.press("j");
  const first = await page.locator(".cur").getAttribute("data-href");
  await page.keyboard.press("j");
  check(await page.locator(".cur").getAttribute("data-href") !== first, "j goes on");
  await page.keyboard.press("ArrowUp");
  check(await page.locator(".cur").getAttribute("data-href") === first, "an arrow goes back");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  check("#" + await page.locator("article.page.on").getAttribute("id") === first, "Enter opens");
  await page.keyboard.press("Escape");
  await page.selectOption("#f-tactic", "TA0104");
  check(await page.locator('#matrix tr[data-tactic="TA0041"]:visible').count() === 0, "a filter hides the other tactic");
  await page.fill("#q", "no such words anywhere");
  await page.waitForTimeout(300);
  check(await page.locator("#none").isVisible(), "where nothing fits, it says so");
  await page.click("#none-clear");
  check(await shown(page, "#matrix tr[data-e]") === all, "clearing shows all");
  await page.keyboard.press("6");
  check(await page.locator("#ledger").isVisible(), "a number leads to a part");
  await page.selectOption("#f-gate", "onboarded");
  const rows = await shown(page, "#ledger tr[data-e]");
  check(rows > 0 && rows < await page.locator("#ledger tr[data-e]").count(), "the ledger can be filtered by gate");
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("?");
  check(await page.locator("#help").isVisible(), "? shows the keys");
  await page.screenshot({ path: path.join(shots, "laptop-light-keys.png") });
  await page.keyboard.press("Escape");
  check(!await page.locator("#help").isVisible(), "Esc closes them");
  await page.keyboard.press("t");
  check(await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "t turns to dark");
  await page.reload();
  check(await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "the theme is kept");
  await page.keyboard.press("t");
  await page.click("#keys");
  await page.uncheck("#keys-on");
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("1");
  check(!await page.locator("#summary").isVisible(), "the keys can be switched off");
  await page.close();
}
{
  const page = await open(context, "site", "rule/ot-mode-change-unlisted");
  await page.locator("article.page.on summary").first().click();
  check(await page.locator("article.page.on details[open] table").isVisible(), "the cases open");
  await page.screenshot({ path: path.join(shots, "laptop-light-rule-open.png"), fullPage: true });
  check((await page.locator("article.page.on").innerText()).includes("rules/ta0104/ot-mode-change-unlisted.yaml:"), "a rule names its file and line");
  await page.close();
}

// Printed: an executive page a tactic, on paper's size.
for (const [name, hash] of [["site", "summary"], ["library", "summary"], ["site", "matrix"], ["site", "TA0104/D5"]]) {
  const page = await open(context, name, hash, "laptop", "dark");
  const out = path.join(shots, `print-${name}-${hash.replaceAll("/", "-")}`);
  await page.pdf({ path: out + ".pdf", preferCSSPageSize: true, printBackground: true });
  try {
    execFileSync("pdftoppm", ["-r", "70", "-png", out + ".pdf", out]);
    if (hash === "summary") check(fs.readdirSync(shots).filter((f) => f.startsWith(`print-${name}-summary`) && f.endsWith(".png")).length === 2, `${name}: the summary prints as a page a tactic`);
  } catch (e) {
    if (e.code !== "ENOENT") throw e;
    console.log("no pdftoppm: the printed pages are left as PDF");
  }
  await page.close();
}

// What came from files is text and nothing else.
{
  const page = await open(context, "hostile");
  check(await page.evaluate(() => window.hacked) === undefined, "no script of a title runs");
  check(await page.locator("main img, main iframe, main object, main a[href^=http], main script").count() === 0, "no element comes out of a title");
  for (const size of ["laptop", "phone"]) {
    for (const hash of ["summary", "matrix", "rules", "ledger"]) {
      await page.setViewportSize(sizes[size]);
      await page.evaluate((h) => { location.hash = h; }, hash);
      await page.waitForTimeout(50);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(over <= 0, `hostile ${size} #${hash}: ${over} px stick out`);
      await page.screenshot({ path: path.join(shots, `hostile-${size}-${hash}.png`) });
    }
  }
  const links = await page.$$eval('a[href^="#"]', (list) => list.map((a) => decodeURIComponent(a.getAttribute("href").slice(1))).filter((id) => !document.getElementById(id)).slice(0, 5));
  check(links.length === 0, "hostile: links lead nowhere: " + links);
  await page.close();
}
for (const name of ["site", "library"]) {
  const page = await open(context, name);
  const links = await page.$$eval('a[href^="#"]', (list) => [...new Set(list.map((a) => a.getAttribute("href").slice(1)).filter((id) => !document.getElementById(decodeURIComponent(id))))].slice(0, 5));
  check(links.length === 0, `${name}: links lead nowhere: ${links}`);
  const twice = await page.$$eval("[id]", (list) => list.map((e) => e.id).filter((id, k, ids) => ids.indexOf(id) !== k).slice(0, 5));
  check(twice.length === 0, `${name}: ids stand twice: ${twice}`);
  const start = Date.now();
  await page.reload();
  console.log(`${name}: opens in ${Date.now() - start} ms`);
  await page.close();
}
await context.close();

// Without scripts all of it can be read.
{
  const plain = await browser({ javaScriptEnabled: false });
  const page = await plain.newPage();
  page.on("request", (r) => { if (!r.url().startsWith("file://" + pages)) check(false, `without scripts: asks for ${r.url()}`); });
  await page.goto(file("site") + "#TA0104/D5");
  for (const part of ["summary", "matrix", "brief", "rules", "scopes", "ledger", "techniques", "about", "items", "rulepages"]) {
    check(await page.locator("#" + part).isVisible(), `without scripts: ${part} can be read`);
  }
  check(!await page.locator("#tools").isVisible(), "without scripts: no button that does nothing");
  const at = await page.locator('[id="TA0104/D5"]').boundingBox();
  check(at && at.y >= 0 && at.y < 400, `without scripts: a deep link leads to its item (${at && at.y})`);
  await page.screenshot({ path: path.join(shots, "noscript-laptop.png") });
  await plain.close();
}
for (const d of dirs) fs.rmSync(d, { recursive: true, force: true });
console.log(`${passed} checks hold, ${failed} fail`);
process.exit(failed ? 1 : 0);
