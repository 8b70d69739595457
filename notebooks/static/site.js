// What moves on the site's pages: explorers (pictures drawn beforehand, chosen by controls) and
// films (SVG that moves by CSS). Without this script a page shows one picture of each.

for (const explorer of document.querySelectorAll(".explorer")) {
  const descriptions = JSON.parse(explorer.querySelector("script").textContent);
  const controls = [...explorer.querySelectorAll("input, select")];
  const picture = explorer.querySelector("img");
  const folder = picture.getAttribute("src").replace(/[^/]*$/, "");

  function show() {
    for (const slider of explorer.querySelectorAll("input")) {
      const value = JSON.parse(slider.dataset.values)[slider.value];
      slider.setAttribute("aria-valuetext", value);
      slider.nextElementSibling.textContent = value;
    }
    const place = controls.map((control) => control.value).join("-");
    picture.src = `${folder}${place}.png`;
    picture.alt = descriptions[place];
  }

  explorer.addEventListener("input", show);
  explorer.querySelector("fieldset").hidden = false;
}

for (const film of document.querySelectorAll(".film")) {
  const drawing = film.querySelector("svg");
  const button = film.querySelector("button");
  const slider = film.querySelector("input");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const parts = () => drawing.getAnimations({ subtree: true });
  const end = () => parts()[0].effect.getTiming().duration - 1;
  let playing = false;

  function seek(time) {
    for (const part of parts()) {
      part.pause();
      part.currentTime = time;
    }
    slider.value = (100 * time) / end();
  }

  function play(isPlaying) {
    drawing.classList.add("asked"); // from here on it moves, whatever the system's setting
    playing = isPlaying;
    button.textContent = playing ? "Pause" : "Play";
    if (!playing) return;
    let time = slider.value < 100 ? (slider.value / 100) * end() : 0;
    let before = performance.now();
    requestAnimationFrame(function step(now) {
      if (!playing) return;
      time = Math.min(time + Math.max(now - before, 0), end());
      before = now;
      seek(time);
      if (time < end()) requestAnimationFrame(step);
      else play(false);
    });
  }

  button.addEventListener("click", () => play(!playing));
  slider.addEventListener("input", () => {
    const wanted = slider.value;
    play(false);
    seek((wanted / 100) * end());
  });
  film.querySelector("p").hidden = false;
  if (calm.matches) continue; // the still, until the reader asks
  seek(0);
  // It plays once when it comes into view, unless the reader was there first.
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    if (slider.value === "0" && !playing) play(true);
  }, { threshold: 0.6 }).observe(drawing);
}
