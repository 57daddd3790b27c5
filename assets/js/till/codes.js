// Reads codes where the browser cannot: ZXing in WebAssembly, loaded when the camera is first opened.

import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";

export function newDetector(wasm, formats) {
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new BarcodeDetector({ formats });
}
