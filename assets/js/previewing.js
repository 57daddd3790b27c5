// Fields for a picture, which is shown in the image that names the field's id in data-preview-of as soon as it is
// chosen. A file larger than data-bytes-max is refused at the field, before it is sent.

export function previewPictures() {
  for (const image of document.querySelectorAll("[data-preview-of]")) {
    const field = document.getElementById(image.dataset.previewOf);
    const before = image.getAttribute("src");
    field.addEventListener("change", () => show(field, image, before));
  }
}

function show(field, image, before) {
  const file = field.files[0];
  const isTooLarge = file !== undefined && file.size > Number(field.dataset.bytesMax);
  field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
  field.reportValidity();
  if (file === undefined || isTooLarge) {
    put(image, before);
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => put(image, reader.result));
  reader.readAsDataURL(file);
}

function put(image, address) {
  image.hidden = address === null;
  if (address === null) {
    image.removeAttribute("src");
  } else {
    image.src = address;
  }
}
