// The page of the sample. No build, no framework; what users sent is only ever put in as text.

const PICTURES_A_PAGE = 24;
const ROWS_A_PAGE = 100;
const REFRESH = 2000;
const PATIENCE = 10_000;

const KINDS = {
  YOURS: ["yours", "Your session holds it."],
  ELSEWHERE: ["in other sessions", "Another session holds it."],
  FORGOTTEN: ["wait for the collector", "No session holds it any more; the collector has not found it yet."],
  COLLECTED: ["taken by the collector", "The collector took it, because no session held it any more."],
  CLOSED: ["closed explicitly", "It was closed."],
};

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");

/** Asks the application. Rejects with a sentence that can be shown. */
async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE), ...options });
  } catch {
    throw new Error("The application does not answer. Try again in a moment.");
  }
  if (answer.ok) {
    return answer.status === 204 ? null : answer.json();
  }
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The application answered with status ${answer.status}.`);
}

const askJson = (path, body, options = {}) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options });

function note(element, text, bad = false) {
  element.textContent = text;
  element.classList.toggle("bad", bad);
}

const running = new Set(); // keys of buttons, since a button may be drawn anew meanwhile

/** Runs what a button is for: once at a time, and with what went wrong beside it as a sentence. */
async function act(button, place, work) {
  const { key } = button.dataset;
  if (running.has(key)) return;
  running.add(key);
  markRunning();
  try {
    note(place, (await work()) ?? "");
  } catch (failure) {
    note(place, failure.message, true);
  }
  running.delete(key);
  markRunning();
  await refresh();
}

function markRunning() {
  for (const button of document.querySelectorAll("button[data-key]")) {
    button.ariaBusy = running.has(button.dataset.key) ? "true" : null;
  }
}

// Pictures ------------------------------------------------------------------------------------------------

let pictures = [];
let picturesPage = 0;
let picturesShown = "";

function showPictures() {
  const pages = Math.max(1, Math.ceil(pictures.length / PICTURES_A_PAGE));
  picturesPage = Math.min(picturesPage, pages - 1);
  const visible = pictures.slice(picturesPage * PICTURES_A_PAGE, (picturesPage + 1) * PICTURES_A_PAGE);
  $("pictures-count").textContent = pictures.length === 1 ? "1 picture" : `${number.format(pictures.length)} pictures`;
  showPages($("pictures-pages"), picturesPage, picturesPage + 1 < pages, `Page ${picturesPage + 1} of ${pages}`);
  const now = JSON.stringify(visible);
  if (now === picturesShown) return;
  picturesShown = now;
  keepingFocus($("pictures"), () => $("pictures").replaceChildren(
    ...(visible.length ? visible.map(pictureItem) : [emptyItem("No picture yet. Upload a PNG or a JPEG to begin.")])));
  $("pictures").removeAttribute("aria-busy");
  markRunning();
}

function pictureItem(picture) {
  const item = $("picture-template").content.firstElementChild.cloneNode(true);
  const address = `/pictures/${encodeURIComponent(picture.name)}?${picture.modified}`; // the browser keeps each version
  const [thumb, label, actions] = item.children;
  thumb.dataset.key = `picture ${picture.name}`;
  thumb.setAttribute("aria-label", `Look at ${picture.name}`);
  thumb.firstElementChild.src = address;
  thumb.onclick = () => view(picture.name, "As it was uploaded.", address);
  label.children[0].textContent = picture.name;
  label.children[1].textContent = `${size(picture.bytes)}${picture.decoded ? ", decoded" : ""}`;
  if (picture.decoded) label.title = "Its pixels are in memory as long as a workspace holds them.";
  const [open, forget] = actions.children;
  open.dataset.key = `open ${picture.name}`;
  open.setAttribute("aria-label", `Open: ${picture.name}`);
  open.onclick = () => act(open, $("workspaces-note"), async () => {
    const workspace = await askJson("/workspaces", { picture: picture.name });
    return `Workspace ${workspace.id} is open, and your session holds it.`;
  });
  forget.dataset.key = `forget ${picture.name}`;
  forget.setAttribute("aria-label", `Open and forget: ${picture.name}`);
  // without our cookie: a session of its own, which ends in a second and which nobody comes back to
  forget.onclick = () => act(forget, $("workspaces-note"), async () => {
    const workspace = await askJson("/workspaces", { picture: picture.name, idle: "PT1S" }, { credentials: "omit" });
    return `Workspace ${workspace.id} is forgotten. When its session has ended, in a few seconds, only the collector can find it.`;
  });
  return item;
}

function emptyItem(text) {
  const item = document.createElement("li");
  item.className = "empty";
  item.textContent = text;
  return item;
}

let nameEdited = false;

$("name").oninput = () => { nameEdited = $("name").value !== ""; };
$("upload").onreset = () => { nameEdited = false; };

$("file").onchange = () => {
  const file = $("file").files[0];
  if (file && !nameEdited) {
    $("name").value = file.name.replace(/\.[^.]*$/, "").toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+/, "").slice(0, 64);
  }
};

$("upload").onsubmit = (event) => {
  event.preventDefault();
  act($("upload").querySelector("button"), $("upload-note"), async () => {
    const name = $("name").value.trim();
    const uploaded = await ask(`/pictures/${encodeURIComponent(name)}`, { method: "POST", body: $("file").files[0] });
    $("upload").reset();
    return uploaded.replaced
      ? `${uploaded.name} is replaced. Open workspaces keep the picture that they have.`
      : `${uploaded.name} is uploaded.`;
  });
};

// Workspaces ----------------------------------------------------------------------------------------------

let only = null;
let before = []; // where each page begins that was turned over, the current one last
let rowsShown = "";
const kinds = {};

for (const [kind, [label, why]] of Object.entries(KINDS)) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = why;
  button.setAttribute("aria-pressed", "false");
  const count = document.createElement("strong");
  const text = document.createElement("span");
  count.textContent = "–";
  text.textContent = label;
  button.append(count, text);
  button.onclick = () => {
    only = only === kind ? null : kind;
    before = [];
    for (const [other, { button }] of Object.entries(kinds)) {
      button.setAttribute("aria-pressed", String(other === only));
    }
    refresh();
  };
  kinds[kind] = { button, count };
  $("kinds").append(button);
}

function showJournal(journal) {
  for (const kind of Object.keys(KINDS)) {
    kinds[kind].count.textContent = number.format(journal.counts[kind] ?? 0);
  }
  const { entries } = journal;
  const range = entries.length ? `${number.format(entries[0].id)} to ${number.format(entries.at(-1).id)}` : "";
  showPages($("rows-pages"), before.length, journal.more, range);
  $("rows-empty").hidden = entries.length > 0;
  $("rows-empty").textContent = only ? `No workspace: ${KINDS[only][0]}.` : "No workspace yet. Open one on a picture above.";
  const now = JSON.stringify(entries);
  if (now === rowsShown) {
    entries.forEach((entry, place) => { $("rows").children[place].children[2].textContent = age(entry); });
    return;
  }
  rowsShown = now;
  keepingFocus($("rows"), () => $("rows").replaceChildren(...entries.map(row)));
  $("rows").removeAttribute("aria-busy");
  markRunning();
}

function row(entry) {
  const result = $("row-template").content.firstElementChild.cloneNode(true);
  const [id, picture, time, why, ends, actions] = result.children;
  id.textContent = number.format(entry.id);
  picture.textContent = entry.picture;
  time.textContent = age(entry);
  time.title = new Date(entry.openedAt).toLocaleString();
  why.children[0].classList.add(entry.state);
  why.children[1].textContent = KINDS[entry.state][1];
  ends.replaceChildren(...entry.ends.map(end));
  const [look, close] = actions.children;
  look.hidden = close.hidden = entry.state !== "YOURS";
  look.dataset.key = `look ${entry.id}`;
  look.setAttribute("aria-label", `Look at workspace ${entry.id}`);
  look.onclick = () => act(look, $("workspaces-note"), async () => {
    const state = await ask(`/workspaces/${entry.id}`);
    const facts = `${entry.picture}, ${number.format(state.width)} × ${number.format(state.height)} pixels.`;
    view(`Workspace ${entry.id}`, state.outdated ? `${facts} A newer one has been uploaded since.` : facts, `/workspaces/${entry.id}/preview?width=640&${Date.parse(entry.openedAt)}`);
  });
  close.dataset.key = `close ${entry.id}`;
  close.setAttribute("aria-label", `Close workspace ${entry.id}`);
  close.onclick = () => act(close, $("workspaces-note"), async () => {
    await ask(`/workspaces/${entry.id}`, { method: "DELETE" });
    return `Workspace ${entry.id} is closed.`;
  });
  return result;
}

function end({ what, outcome, micros }) {
  const item = document.createElement("span");
  const time = `${(micros / 1000).toFixed(1)} ms`;
  item.textContent = outcome === "SUCCESS" ? `${what} ${time}` : `${what} ${outcome === "FAILURE" ? "failed" : "hung"} after ${time}`;
  item.classList.toggle("bad", outcome !== "SUCCESS");
  return item;
}

$("collect").onclick = () => act($("collect"), $("workspaces-note"), async () => {
  await askJson("/collections", {});
  return "The collector has run. The resources of what it found are being released.";
});

// Both ----------------------------------------------------------------------------------------------------

function showPages(nav, page, more, text) {
  const [back, where, on] = nav.children;
  const focused = document.activeElement;
  nav.hidden = page === 0 && !more;
  back.disabled = page === 0;
  on.disabled = !more;
  where.textContent = text;
  if (nav.contains(focused) && focused.disabled) {
    const next = focused === on ? back : on; // or the keyboard would start from the top of the page
    (next.disabled ? nav.closest("section") : next).focus();
  }
}

$("pictures-pages").onclick = ({ target }) => {
  picturesPage += Number(target.dataset.step ?? 0);
  showPictures();
};

$("rows-pages").onclick = ({ target }) => {
  if (target.dataset.step === "1") before.push(JSON.parse(rowsShown).at(-1).id);
  if (target.dataset.step === "-1") before.pop();
  refresh();
};

let viewedFrom;

function view(title, text, address) {
  viewedFrom = document.activeElement?.dataset.key;
  $("viewer-title").textContent = title;
  note($("viewer-note"), text);
  $("viewer-image").alt = title;
  $("viewer-image").src = address;
  $("viewer").showModal();
}

$("viewer").onclose = () => focusOn(document, viewedFrom);
$("viewer-close").onclick = () => $("viewer").close();
$("viewer-image").onerror = () => note($("viewer-note"), "The picture cannot be shown: its workspace may have been closed.");
$("viewer").onclick = ({ target }) => target === $("viewer") && $("viewer").close();

/** Changes what is within, and leaves the keyboard where it was. */
function keepingFocus(within, change) {
  const key = within.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  change();
  if (key) focusOn(within, key) || within.closest("section").focus();
}

/** Whether there is a button with this key, not hidden, which now has the focus. */
function focusOn(within, key) {
  const button = [...within.querySelectorAll("button")].find((each) => key && each.dataset.key === key && !each.hidden);
  button?.focus();
  return button !== undefined;
}

function size(bytes) {
  return bytes < 1e6 ? `${number.format(Math.ceil(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** How long it lived, or has lived. */
function age({ openedAt, endedAt }) {
  const seconds = Math.max(0, Math.floor(((endedAt ? new Date(endedAt) : new Date()) - new Date(openedAt)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

let asking = null;
let again = false;

/** One question at a time; what is asked meanwhile is asked once more after it. */
function refresh() {
  again = true;
  asking ??= (async () => {
    while (again) {
      again = false;
      await look();
    }
    asking = null;
  })();
  return asking;
}

async function look() {
  const query = new URLSearchParams({ limit: ROWS_A_PAGE });
  if (before.length) query.set("before", before.at(-1));
  if (only) query.set("state", only);
  try {
    const [list, journal] = await Promise.all([ask("/pictures"), ask(`/journal?${query}`)]);
    pictures = list;
    showPictures();
    showJournal(journal);
    showTrouble("");
  } catch (failure) {
    showTrouble(`${failure.message}${paused ? "" : " The page asks again every two seconds."}`);
  }
}

/** Says each thing once: what is written again is read out again. */
function showTrouble(text) {
  if ($("trouble").textContent !== text) $("trouble").textContent = text;
  $("trouble").hidden = text === "";
}

let paused = false;

$("pause").onclick = () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  if (!paused) refresh();
};

setInterval(() => document.hidden || paused || refresh(), REFRESH);
refresh();
