// Pictures to choose from, with stars and hearts. The screen changes first; the kernel is told after.
function render({ model, el }) {
  const group = `fr-stars-${Math.random().toString(36).slice(2)}`; // a counter would begin anew in each group
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation()); // JupyterLab's shortcuts would take the arrows
  const box = document.createElement("div");
  box.className = "fr-tiles";
  box.setAttribute("role", "group");
  el.append(box);

  const make = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const choose = name => {
    model.set("chosen", name);
    model.save_changes();
    model.send({ what: "choose", name });
  };

  function stars(tile) {
    const set = make("fieldset", { class: "fr-stars" }, make("legend", { class: "fr-hidden" }, `Your stars for ${tile.alt}`));
    const light = value => set.querySelectorAll("label").forEach((label, place) => label.classList.toggle("fr-on", place < value));
    for (let value = 1; value <= 5; value++) {
      const id = `${group}-${tile.name}-${value}`;
      const input = make("input", { type: "radio", name: `${group}-${tile.name}`, id, value, class: "fr-hidden", "aria-label": `${value} of 5 stars` });
      input.checked = value === tile.stars;
      input.onchange = () => { light(value); model.send({ what: "stars", name: tile.name, value }); };
      const label = make("label", { for: id, title: `${value} of 5 stars` }, "★");
      label.onmouseenter = () => light(value);
      set.append(input, label);
    }
    set.onmouseleave = () => light(Number(set.querySelector("input:checked")?.value ?? 0));
    light(tile.stars);
    return set;
  }

  function heart(tile) {
    const button = make("button", { type: "button", class: "fr-heart", "aria-pressed": tile.heart, title: "Keep as a favourite",
                                    "aria-label": `Keep as a favourite: ${tile.alt}` }, "♥");
    button.onclick = () => {
      const given = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", given);
      model.send({ what: "heart", name: tile.name, value: given ? 1 : 0 });
    };
    return button;
  }

  function draw() {
    const focused = el.contains(document.activeElement) ? document.activeElement.dataset.place : undefined;
    box.classList.toggle("fr-small", model.get("small"));
    box.setAttribute("aria-label", model.get("label"));
    box.replaceChildren(...model.get("tiles").map(tile => {
      const picture = make("img", { src: tile.picture, alt: tile.alt, draggable: "false" });
      const pick = make("button", { type: "button", class: "fr-pick", "aria-pressed": tile.name === model.get("chosen"), title: tile.alt }, picture);
      pick.dataset.place = tile.name;
      pick.onclick = () => choose(tile.name);
      const card = make("div", { class: "fr-tile" }, pick);
      if (tile.caption) card.append(make("span", { class: "fr-caption" }, tile.caption));
      if (model.get("rated")) card.append(make("div", { class: "fr-rate" }, stars(tile), heart(tile)));
      return card;
    }));
    if (focused) box.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }
  const mark = () => box.querySelectorAll(".fr-pick").forEach(pick => pick.setAttribute("aria-pressed", pick.dataset.place === model.get("chosen")));
  model.on("change:tiles change:rated change:small change:label", draw);
  model.on("change:chosen", mark);
  draw();
}
export default { render };
