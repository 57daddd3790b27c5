// A short sound and a tremble, so that a cashier need not look: found, booked, wrong.

const TONES = { found: [[880, 0.07]], booked: [[660, 0.09], [990, 0.14]], wrong: [[220, 0.25]] };
const TREMBLES = { found: 30, booked: [40, 40, 80], wrong: [120, 60, 120] };
const LOUDNESS = 0.15;

let audio = null;

export function signal(kind, isLoud) {
  navigator.vibrate?.(TREMBLES[kind]);
  // A browser lets nothing sound before the first touch; then there is nobody to hear it yet either.
  if (!isLoud || navigator.userActivation?.hasBeenActive === false) {
    return;
  }
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [hertz, seconds] of TONES[kind]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(LOUDNESS, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds;
  }
}
