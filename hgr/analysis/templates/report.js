"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const levels = data.levels;
  const PAGE = 50;
  const ROLES = {
    ARG0: "who does it", ARG1: "whom or what it is done to", ARG2: "second object, recipient or instrument",
    "ARGM-LOC": "where", "ARGM-DIR": "which way", "ARGM-TMP": "when", "ARGM-MNR": "how", NOUN: "named without an action",
  };
  const byId = (id) => document.getElementById(id);

  // Everything from the data goes in as text or as attribute values that are no code.
  const make = (tag, options = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(options)) {
      if (value === null || value === undefined || value === false) continue;
      if (key === "class") element.className = value;
      else if (key === "click") element.addEventListener("click", value);
      else element.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
    return element;
  };
  const draw = (tag, options = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(options)) element.setAttribute(key, value);
    for (const child of children) element.append(child);
    return element;
  };
  const number = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−"));
  const signed = (value, digits = 3) => (value >= 0 ? "+" : "") + number(value, digits);
  const rankText = (rank) => (Number.isInteger(rank) ? String(rank) : rank.toFixed(1));
  const css = (level) => { const i = levels.indexOf(level); return i < 0 ? "cf" : "c" + (i % 6); };
  const name = (query) => query.text || query.id;

  // ---- theme -------------------------------------------------------------------------------------------------
  const themes = ["auto", "light", "dark"];
  let theme = 0;
  byId("theme").addEventListener("click", () => {
    theme = (theme + 1) % themes.length;
    if (theme) document.documentElement.dataset.theme = themes[theme];
    else delete document.documentElement.dataset.theme;
    byId("theme").textContent = "Theme: " + themes[theme];
  });

  // ---- filters -----------------------------------------------------------------------------------------------
  const margin = (query) => (query.rival < 0 ? 0 : query.scores[query.right][0] - query.scores[query.rival][0]);
  const RANKS = {
    "any rank": () => true, "first": (r) => r <= 1, "not first": (r) => r > 1, "2–5": (r) => r > 1 && r <= 5,
    "6–10": (r) => r > 5 && r <= 10, "11–50": (r) => r > 10 && r <= 50, "worse than 50": (r) => r > 50,
  };
  const ORDERS = {
    "worst rank first": (a, b) => b.rank - a.rank,
    "best rank first": (a, b) => a.rank - b.rank,
    "closest decisions first": (a, b) => Math.abs(margin(a)) - Math.abs(margin(b)),
    "as in the data": () => 0,
  };
  const fill = (id, options) => { for (const [value, text] of options) byId(id).append(make("option", { value }, text)); };
  fill("filter-rank", Object.keys(RANKS).map((key) => [key, key]));
  fill("filter-level", [["", "any"], ...levels.map((level, i) => [String(i), level])]);
  fill("filter-order", Object.keys(ORDERS).map((key) => [key, key]));
  const tags = [...new Set(data.queries.flatMap((query) => query.tags))].sort();
  fill("filter-tag", [["", "any"], ...tags.map((tag) => [tag, tag])]);
  byId("tag-label").hidden = tags.length === 0;

  let shown = [];
  let limit = PAGE;
  let current = -1;
  const apply = () => {
    const words = byId("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const rank = RANKS[byId("filter-rank").value];
    const level = byId("filter-level").value;
    const tag = byId("filter-tag").value;
    const order = ORDERS[byId("filter-order").value];
    shown = data.queries.map((_, i) => i).filter((i) => {
      const query = data.queries[i];
      const text = (query.text + " " + query.id + " " + query.answers.map((v) => data.videos[v].id).join(" ")).toLowerCase();
      return rank(query.rank) && (level === "" || (query.rank > 1 && query.decided === Number(level)))
        && (tag === "" || query.tags.includes(tag)) && words.every((word) => text.includes(word));
    });
    shown.sort((a, b) => order(data.queries[a], data.queries[b]) || a - b);
    limit = PAGE;
    list();
  };
  const list = () => {
    const items = shown.slice(0, limit).map((i) => {
      const query = data.queries[i];
      const lost = query.rank > 1 && query.decided !== null ? "lost at " + levels[query.decided] : "";
      const button = make("button", { type: "button", "data-query": i, "aria-current": i === current ? "true" : null, click: () => choose(i, true) },
        make("span", { class: "rank" + (query.rank <= 1 ? " first" : query.rank > 10 ? " far" : "") },
          make("span", { class: "hidden" }, "rank "), rankText(query.rank)),
        make("span", { class: "said" }, name(query), make("small", {}, [lost, ...query.tags].filter(Boolean).join(" · "))));
      return make("li", {}, button);
    });
    byId("list").replaceChildren(...(items.length ? items : [make("li", { class: "empty" }, "No query passes these filters.")]));
    byId("more").hidden = shown.length <= limit;
    byId("count").textContent = `${shown.length} of ${data.queries.length} queries`;
  };
  byId("more").addEventListener("click", () => { limit += PAGE * 4; list(); });
  byId("filters").addEventListener("input", apply);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("list").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...byId("list").querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // ---- one query ---------------------------------------------------------------------------------------------
  const drill = document.querySelector(".drill");
  const choose = (i, open) => {
    current = i;
    for (const button of byId("list").querySelectorAll("button"))
      if (Number(button.dataset.query) === i) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    byId("detail").replaceChildren(...detail(data.queries[i]));
    if (open) {
      drill.classList.add("open");
      history.replaceState(null, "", "#q" + i);
      if (getComputedStyle(byId("detail").querySelector(".back")).display !== "none") byId("detail").scrollIntoView();
      byId("detail").focus({ preventScroll: true });
    }
  };
  const close = () => {
    drill.classList.remove("open");
    const button = byId("list").querySelector(`[data-query="${current}"]`);
    if (button) button.focus();
  };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && drill.classList.contains("open")) close(); });

  const highlight = (node) => {
    for (const element of byId("detail").querySelectorAll("[data-node]"))
      element.classList.toggle("hot", Number(element.dataset.node) === node);
  };
  const card = (title, why, ...children) =>
    make("div", { class: "card" }, make("h3", {}, title), make("p", { class: "why" }, why), ...children);

  const detail = (query) => {
    const parts = [make("button", { type: "button", class: "ghost back", click: close }, "← All queries"), head(query)];
    const scores = scoreCard(query);
    if (query.graph) parts.push(make("div", { class: "pair" }, graphCard(query), scores));
    else parts.push(scores);
    if (query.attention && query.phrases.length) parts.push(attentionCard(query));
    parts.push(hitsCard(query));
    if (query.removed && query.removed.length) parts.push(removalCard(query));
    if (query.altered) parts.push(alteredCard(query));
    return parts;
  };

  const head = (query) => {
    const won = query.rank <= 1;
    const chips = [
      make("span", { class: "chip " + (won ? "good" : "bad") }, `rank ${rankText(query.rank)}`),
      ...levels.map((level, i) => make("span", { class: "chip" }, make("i", { class: "dot " + css(level) }),
        query.ranks[i] === null ? `no ${level} in the caption` : `${level} alone: rank ${rankText(query.ranks[i])}`)),
    ];
    if (query.decided !== null) chips.push(make("span", { class: "chip" }, `${won ? "won" : "lost"} at the ${levels[query.decided]} level`));
    for (const tag of query.tags) chips.push(make("span", { class: "chip" }, tag));
    return make("div", { class: "card" }, make("p", { class: "said-big" }, name(query)),
      make("p", { class: "why" }, `caption ${query.id}, describes ${query.answers.map((v) => data.videos[v].id).join(", ")}`),
      make("div", { class: "chips" }, chips));
  };

  const scoreCard = (query) => {
    const right = query.scores[query.right];
    const rival = query.rival < 0 ? null : query.scores[query.rival];
    const all = [...right, ...(rival || [])].filter((value) => value !== null);
    const low = Math.min(0, ...all);
    const span = Math.max(...all, low + 1e-6) - low;
    const track = (value, other) => {
      const bar = make("div", { class: "fill" + (other ? " other" : "") });
      if (value !== null) {
        bar.style.left = `${(100 * (Math.min(value, 0) - low)) / span}%`;
        bar.style.width = `${(100 * Math.abs(value)) / span}%`;
      }
      return make("div", { class: "track" }, bar);
    };
    const rows = ["fused", ...levels].map((level, i) => {
      const row = make("div", { class: "row " + css(level) }, make("span", { class: "name" }, level),
        track(right[i], false), make("span", { class: "score" }, number(right[i])));
      if (rival) {
        row.append(track(rival[i], true), make("span", { class: "score" }, number(rival[i])));
        if (right[i] !== null && rival[i] !== null) {
          const gap = right[i] - rival[i];
          row.append(make("span", { class: "margin" }, "margin ", make("b", { class: gap < 0 ? "bad" : "good" }, signed(gap))));
        }
      }
      return row;
    });
    return card("Scores by level", "The right video against the best wrong one.", make("div", { class: "bars" }, rows),
      make("p", { class: "key" }, make("span", {}, make("i", { class: "dot" }), `right: ${data.videos[query.right].id}`),
        rival ? make("span", {}, make("i", { class: "dot other" }), `best wrong: ${data.videos[query.rival].id}`) : null));
  };

  const graphCard = (query) => {
    const note = query.removed && query.removed.length
      ? "Event, actions, entities, as the model saw them. The number is the change of the fused score of the right video when the node goes."
      : "Event, actions, entities, as the model saw them.";
    return card("Role graph", note, make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Role graph" }, graph(query)));
  };
  const graph = (query) => {
    const nodes = query.graph.nodes;
    const edges = query.graph.edges;
    const STEP = 40, TALL = 30, CHAR = 7.3, ROLE = 7.4, DELTA = 50;
    const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
    const y = new Array(nodes.length).fill(null);
    let next = 0;
    const actions = nodes.map((_, i) => i).filter((i) => i && nodes[i][0] === "action");
    for (const action of actions) {
      const own = edges.filter((e) => e[0] === action && nodes[e[1]][0] !== "action" && y[e[1]] === null).map((e) => e[1]);
      const first = next;
      for (const entity of own) y[entity] = next++;
      if (!own.length) next++;
      y[action] = (first + next - 1) / 2;
    }
    nodes.forEach((_, i) => { if (i && y[i] === null) y[i] = next++; });
    y[0] = Math.max(next - 1, 0) / 2;
    const column = (i) => (i === 0 ? 0 : nodes[i][0] === "action" ? 1 : 2);
    const label = nodes.map((node, i) => (i === 0 ? "event" : cut(node[1], i && node[0] === "action" ? 18 : 40)));
    const change = new Map();
    for (const [node, words, right] of query.removed || []) if (words || !change.has(node)) change.set(node, right[0] - query.scores[query.right][0]);
    const pill = (i) => (column(i) === 2 && nodes[i][2] ? nodes[i][2].length * ROLE + 9 : 0);
    const wide = nodes.map((_, i) => label[i].length * CHAR + 22 + pill(i) + (change.has(i) ? DELTA : 0));
    const widest = (c) => Math.max(0, ...nodes.map((_, i) => (column(i) === c ? wide[i] : 0)));
    const X = [0, wide[0] + 34, wide[0] + 34 + (widest(1) ? widest(1) + 42 : 0)];
    const top = (i) => y[i] * STEP + 6;
    const width = Math.max(...nodes.map((_, i) => X[column(i)] + wide[i])) + 4;
    const height = Math.max(next, 1) * STEP + 6;
    const svg = draw("svg", { class: "graph", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Role graph" });
    for (const [source, target] of edges) {
      const x1 = X[column(source)] + wide[source], y1 = top(source) + TALL / 2, x2 = X[column(target)], y2 = top(target) + TALL / 2;
      const bend = Math.max(20, (x2 - x1) / 2);
      svg.append(draw("path", { d: column(source) === column(target)
        ? `M${X[1]} ${y1} C${X[1] - 34} ${y1} ${X[1] - 34} ${y2} ${X[1]} ${y2}`
        : `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }));
    }
    nodes.forEach((node, i) => {
      const x = X[column(i)], title = i === 0 ? node[1] : `${node[1]}${node[2] ? ` (${node[2]}${ROLES[node[2]] ? ": " + ROLES[node[2]] : ""})` : ""}`;
      const group = draw("g", { class: `node ${css(node[0])}`, tabindex: "0", "data-node": i, role: "img", "aria-label": `${node[0]}: ${title}` });
      const tip = draw("title"); tip.textContent = title;
      group.append(tip, draw("rect", { x: x + 1, y: top(i), width: wide[i] - 2, height: TALL, rx: 8 }));
      let at = x + 11;
      if (column(i) === 2 && node[2]) {
        const role = draw("text", { class: "role", x: at, y: top(i) + 19.5 }); role.textContent = node[2]; group.append(role);
        at += pill(i);
      }
      const text = draw("text", { x: at, y: top(i) + 20 }); text.textContent = label[i]; group.append(text);
      if (change.has(i)) {
        const delta = change.get(i);
        const badge = draw("text", { class: "delta " + (delta > 0.0005 ? "up" : delta < -0.0005 ? "down" : ""), x: x + wide[i] - 9, y: top(i) + 19.5, "text-anchor": "end" });
        badge.textContent = signed(delta); group.append(badge);
      }
      for (const [event, on] of [["mouseenter", i], ["focus", i], ["mouseleave", -1], ["blur", -1]]) group.addEventListener(event, () => highlight(on));
      svg.append(group);
    });
    return svg;
  };

  const who = (query, video) => (query.answers.includes(video) ? "right" : video === query.rival ? "best wrong" : "");
  const attentionCard = (query) => {
    const order = [query.right, query.rival, ...query.top].filter((v, i, all) => v >= 0 && all.indexOf(v) === i && query.attention[v]);
    const body = make("div");
    const readout = make("p", { class: "readout", "aria-live": "polite" }, "Touch or point at a cell for its weight.");
    const tabs = make("div", { class: "tabs", role: "group", "aria-label": "Video" });
    const show = (video) => {
      for (const button of tabs.children) button.setAttribute("aria-pressed", String(Number(button.dataset.video) === video));
      body.replaceChildren(heat(query, video, readout));
    };
    for (const video of order)
      tabs.append(make("button", { type: "button", "data-video": video, click: () => show(video) }, [who(query, video), data.videos[video].id].filter(Boolean).join(": ")));
    show(order[0]);
    return card("Where each phrase looked", "Weight of every frame in the score of a phrase; each row sums to 100 %.", tabs,
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Attention of phrases over frames" }, body), readout);
  };
  const heat = (query, video, readout) => {
    const rows = query.attention[video];
    const frames = rows[0].length;
    const info = data.videos[video];
    const times = info.times && info.times.length === frames ? info.times : null;
    const when = (f) => (times ? `${times[f].toFixed(1)} s` : `frame ${f + 1}`);
    const film = info.strip && info.frames === frames ? make("img", { src: info.strip, alt: `${frames} frames of ${info.id}` })
      : make("div", { class: "nofilm" }, info.why || "no frames in this page");
    const top = make("thead", {}, make("tr", { class: "film" }, make("th", { scope: "row" }, make("span", { class: "hidden" }, "frames")), make("td", { colspan: frames }, film)),
      make("tr", { class: "times" }, make("th", {}, make("small", {}, times ? "seconds" : "frame")), Array.from({ length: frames }, (_, f) => make("td", {}, times ? times[f].toFixed(1) : String(f + 1)))));
    const body = make("tbody", {}, rows.map((row, k) => {
      const [level, role, text, node] = query.phrases[k];
      const most = Math.max(...row, 1);
      return make("tr", { "data-node": node }, make("th", { scope: "row" }, make("i", { class: "dot " + css(level) }), text, role ? make("small", { title: ROLES[role] }, role) : null),
        row.map((weight, f) => {
          const share = `${((100 * weight) / data.scale).toFixed(1)} %`;
          const cell = make("td", { title: `${when(f)}: ${share}` }, make("span", { class: "hidden" }, share));
          cell.style.setProperty("--share", `${Math.round((100 * weight) / most)}%`);
          const tell = () => { readout.textContent = `“${text}” at ${when(f)}: ${share}`; };
          cell.addEventListener("mouseenter", tell);
          cell.addEventListener("click", tell);
          return cell;
        }));
    }));
    return make("table", { class: "heat" }, make("caption", { class: "hidden" }, `Attention over ${info.id}`), top, body);
  };

  const hitsCard = (query) => {
    const listed = [...query.top];
    if (!listed.includes(query.right)) listed.push(query.right);
    const items = listed.map((video, i) => {
      const info = data.videos[video];
      const scores = query.scores[video];
      const place = i < query.top.length ? String(i + 1) : rankText(query.rank);
      const film = info.strip ? make("div", { class: "film", tabindex: "0", role: "region", "aria-label": `Frames of ${info.id}` }, make("img", { src: info.strip, alt: `frames of ${info.id}`, loading: "lazy" }))
        : make("div", { class: "nofilm" }, info.why || "no frames in this page");
      return make("li", { class: query.answers.includes(video) ? "right" : "" }, make("span", { class: "rank" }, place),
        make("div", {}, make("div", { class: "who" }, make("b", {}, info.id), query.answers.includes(video) ? make("b", { class: "good" }, "right") : null,
          make("span", {}, `fused ${number(scores[0])}`), levels.map((level, k) => make("span", {}, make("i", { class: "dot " + css(level) }), `${level} ${number(scores[k + 1])}`))), film));
    });
    return card("Best videos", "In the order of the fused score.", make("ol", { class: "hits" }, items));
  };

  const removalCard = (query) => {
    const right = query.scores[query.right];
    const before = query.rival < 0 ? null : margin(query);
    const place = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scores without a phrase" });
    const tabs = make("div", { class: "tabs", role: "group", "aria-label": "What is removed" });
    const show = (words) => {
      for (const button of tabs.children) button.setAttribute("aria-pressed", String(Number(button.dataset.words) === words));
      const rows = query.removed.filter((row) => row[1] === words).map(([node, , own, other]) => {
        const [, text, role] = query.graph.nodes[node];
        const after = other === null ? null : own[0] - other[0];
        const verdict = before === null ? "" : before > 0 && after <= 0 ? "would lose" : before <= 0 && after > 0 ? "would win" : "";
        return make("tr", { "data-node": node }, make("th", { scope: "row" }, make("i", { class: "dot " + css(query.graph.nodes[node][0]) }), text, role ? make("small", {}, role) : null),
          own.map((score, i) => {
            if (score === null) return make("td", {}, "level gone");
            if (right[i] === null) return make("td", {}, "–");
            const delta = score - right[i];
            return make("td", { class: delta > 0.0005 ? "up" : delta < -0.0005 ? "down" : "" }, signed(delta));
          }),
          make("td", { class: "edge" }, after === null ? "–" : `${signed(before)} → ${signed(after)}`), make("td", {}, verdict));
      });
      const table = make("table", { class: "numbers cut" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "without"), ["fused", ...levels].map((level) => make("th", { scope: "col" }, level)),
        make("th", { scope: "col", class: "edge" }, "margin over the best wrong"), make("th", { scope: "col" }, ""))), make("tbody", {}, rows));
      place.replaceChildren(table);
    };
    for (const [words, text] of [[1, "the phrase and its words"], [0, "only the node, the sentence stays"]])
      if (query.removed.some((row) => row[1] === words)) tabs.append(make("button", { type: "button", "data-words": words, click: () => show(words) }, text));
    show(query.removed.some((row) => row[1] === 1) ? 1 : 0);
    return card("Without a phrase", "Change of the right video's scores when the caption loses one node and is encoded again.", tabs, place);
  };

  const alteredCard = (query) => {
    const rows = query.altered.map(([kind, text, margins]) => make("tr", {}, make("th", { scope: "row" }, text, make("small", {}, kind)),
      margins.map((value) => make("td", { class: value > 0 ? "up" : value < 0 ? "down" : "" }, signed(value)))));
    const table = make("table", { class: "numbers cut" }, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "altered caption"), ["fused", ...levels].map((level) => make("th", { scope: "col" }, level)))), make("tbody", {}, rows));
    return card("Altered captions", "Score of the true caption minus that of the altered one, both with the right video; below 0 the altered one was preferred.",
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Altered captions" }, table));
  };

  apply();
  const asked = /^#q(\d+)$/.exec(location.hash);
  if (asked && data.queries[Number(asked[1])]) choose(Number(asked[1]), true);
  else if (shown.length) choose(shown[0], false);
})();
