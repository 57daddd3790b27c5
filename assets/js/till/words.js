// Texts in the reader's language, with the business's word for points in the place of ours (platform/point_words.py).

const OURS = {
  ru: /(?<![\p{L}\d_])бонус(?:а|ов|ы|ам|ами|ах)?(?![\p{L}\d_])/giu,
  en: /(?<![\w{])points?(?![\w}])/gi,
};

function byOurForm(language, forms, isObject) {
  return language === "en"
    ? { point: forms.one, points: forms.many }
    : {
        бонус: isObject ? forms.one_object : forms.one,
        бонуса: forms.two,
        бонусов: forms.five,
        бонусы: forms.plural,
        бонусам: forms.dative,
        бонусами: forms.instrumental,
        бонусах: forms.prepositional,
      };
}

// Put the business's words into `texts`, which the page came with.
export function callPoints(texts, pointWords, language) {
  const worded = (text, isObject) => {
    const words = byOurForm(language, pointWords[language], isObject);
    return text.replace(OURS[language], (found) => {
      const word = words[found.toLowerCase()];
      return found[0] === found[0].toUpperCase() ? word[0].toUpperCase() + word.slice(1) : word;
    });
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      typeof text === "string"
        ? worded(text, false)
        : Object.fromEntries(
            Object.entries(text).map(([form, each]) => [form, worded(each, name === "points_object")]),
          ),
    ]),
  );
}

export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (found, name) => (name in values ? values[name] : found));
}
