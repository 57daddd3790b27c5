// The camera as a scanner of QR and bar codes: the browser's own reader, or else ours (codes.js).

const FORMATS = ["qr_code", "ean_13", "ean_8", "code_128"];
const PAUSE_MS = 120;

async function detectorOf({ codes_script: script, codes_wasm: wasm }) {
  const own = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (own?.includes("qr_code")) {
    return new BarcodeDetector({ formats: FORMATS.filter((format) => own.includes(format)) });
  }
  const { newDetector } = await import(script);
  return newDetector(wasm, FORMATS);
}

// Show the camera in `video` until a code is seen or `signal` is aborted; returns the code, "" when aborted.
export async function scanWithCamera(video, settings, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 } },
  });
  try {
    const detector = await detectorOf(settings);
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const [seen] = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await detector.detect(video) : [];
      if (seen) {
        return seen.rawValue;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return "";
  } finally {
    for (const track of stream.getTracks()) {
      track.stop();
    }
    video.srcObject = null;
  }
}
