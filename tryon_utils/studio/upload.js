// A file from the visitor's disk, by button or by dropping it. What is too large is refused here, before a byte is sent.
function render({ model, el }) {
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation());
  el.innerHTML = `<label class="fr-drop"><input type="file" accept="image/*" class="fr-hidden"><b></b><span>or drop it here; it stays on this computer</span></label>`;
  const [drop, input, title] = ["label", "input", "b"].map(name => el.querySelector(name));
  const send = async file => {
    if (!file) return;
    if (file.size > model.get("most_bytes")) {
      model.send({ what: "refused", size: file.size });
    } else {
      model.set("data", new DataView(await file.arrayBuffer()));
      model.save_changes();
    }
    input.value = "";
  };
  const name = () => { title.textContent = model.get("label"); input.setAttribute("aria-label", model.get("label")); };
  input.onchange = () => send(input.files[0]);
  for (const kind of ["dragover", "dragleave", "drop"]) drop.addEventListener(kind, event => {
    event.preventDefault();
    event.stopPropagation();
    drop.classList.toggle("fr-over", kind === "dragover");
    if (kind === "drop") send(event.dataTransfer.files[0]);
  });
  model.on("change:label", name);
  name();
}
export default { render };
