// A slider over frames that are all here already, and a play button that goes there and back.
function render({ model, el }) {
  el.classList.add("fr-part");
  el.addEventListener("keydown", event => event.stopPropagation());
  el.innerHTML = `<figure class="fr-film"><img alt=""><div class="fr-bar"><button type="button" class="fr-play" aria-pressed="false"></button>
    <input type="range" min="0" value="0" step="1"></div></figure>`;
  const [picture, button, range] = ["img", "button", "input"].map(name => el.querySelector(name));
  let timer, forward = true;
  const show = () => { picture.src = model.get("frames")[range.value] ?? ""; };
  const play = on => {
    clearInterval(timer);
    button.setAttribute("aria-pressed", on);
    button.textContent = on ? "Pause" : "Play";
    if (on) timer = setInterval(() => {
      if (forward && Number(range.value) >= Number(range.max) || !forward && Number(range.value) <= 0) forward = !forward;
      range.value = Number(range.value) + (forward ? 1 : -1);
      show();
    }, model.get("pause"));
  };
  const load = () => {
    play(false);
    const frames = model.get("frames");
    el.hidden = !frames.length;
    range.max = Math.max(frames.length - 1, 0);
    range.value = 0;
    range.setAttribute("aria-label", model.get("label"));
    picture.alt = model.get("label");
    show();
  };
  range.oninput = () => { play(false); show(); };
  button.onclick = () => play(button.getAttribute("aria-pressed") !== "true");
  model.on("change:frames change:label", load);
  load();
  return () => clearInterval(timer);
}
export default { render };
