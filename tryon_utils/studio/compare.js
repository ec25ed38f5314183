// Before and after over each other: a range input lies over both, so that a mouse, a finger and the arrow keys move the line alike.
function render({ model, el }) {
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation());
  el.innerHTML = `<div class="fr-compare"><img class="fr-before" alt=""><img class="fr-after" alt=""><span class="fr-cut"></span>
    <span class="fr-tag fr-left">before</span><span class="fr-tag fr-right">after</span><input type="range" min="0" max="100" value="50" step="1"></div>`;
  const box = el.firstElementChild;
  const [before, after, range] = [".fr-before", ".fr-after", "input"].map(name => box.querySelector(name));
  const cut = () => box.style.setProperty("--cut", `${range.value}%`);
  const load = () => {
    el.hidden = !model.get("before");
    before.src = model.get("before");
    after.src = model.get("after") || model.get("before");
    before.alt = `${model.get("label")}: before`;
    after.alt = `${model.get("label")}: after`;
    range.setAttribute("aria-label", `${model.get("label")}: move the line between before and after`);
  };
  range.oninput = cut;
  model.on("change:before change:after change:label", load);
  load();
  cut();
}
export default { render };
