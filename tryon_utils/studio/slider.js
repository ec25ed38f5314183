// A labelled slider, and a colour beside it where there is one. The number follows the hand at once; the kernel hears it when the hand rests or lets go.
function render({ model, el }) {
  const id = `fr-slider-${Math.random().toString(36).slice(2)}`; // a counter would begin anew in each slider
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation());
  el.innerHTML = `<div class="fr-slide"><label></label><input type="color"><input type="range" min="0" max="100" step="5"><output></output></div>`;
  const [label, well, range, output] = ["label", "input[type=color]", "input[type=range]", "output"].map(name => el.querySelector(name));
  label.htmlFor = range.id = id;
  output.htmlFor = id;
  let timer;
  const read = () => { output.textContent = `${range.value} %`; };
  const tell = () => {
    clearTimeout(timer);
    model.set("value", range.value / 100);
    if (model.get("colour")) model.set("colour", well.value);
    model.save_changes();
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(tell, 120); };
  range.oninput = () => { read(); soon(); };
  well.oninput = soon;
  range.onchange = well.onchange = tell;
  const show = () => {
    label.textContent = model.get("label");
    range.value = Math.round(100 * model.get("value"));
    well.hidden = !model.get("colour");
    well.value = model.get("colour") || "#000000";
    well.title = `Another colour: ${model.get("label")}`;
    well.setAttribute("aria-label", well.title);
    read();
  };
  model.on("change:value change:label change:colour", show);
  show();
  return () => clearTimeout(timer);
}
export default { render };
