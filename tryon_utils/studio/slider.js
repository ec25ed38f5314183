// A labelled slider. The number follows the hand at once; the kernel hears it when the hand rests or lets go.
let sliders = 0;

function render({ model, el }) {
  const id = `fr-slider-${++sliders}`;
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation());
  el.innerHTML = `<div class="fr-slide"><label></label><input type="range" min="0" max="100" step="5"><output></output></div>`;
  const [label, range, output] = ["label", "input", "output"].map(name => el.querySelector(name));
  label.htmlFor = range.id = id;
  output.htmlFor = id;
  let timer;
  const read = () => { output.textContent = `${range.value} %`; };
  const tell = () => {
    clearTimeout(timer);
    model.set("value", range.value / 100);
    model.save_changes();
  };
  range.oninput = () => { read(); clearTimeout(timer); timer = setTimeout(tell, 120); };
  range.onchange = tell;
  const show = () => {
    label.textContent = model.get("label");
    range.value = Math.round(100 * model.get("value"));
    read();
  };
  model.on("change:value change:label", show);
  show();
  return () => clearTimeout(timer);
}
export default { render };
