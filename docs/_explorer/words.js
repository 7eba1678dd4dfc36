// What the explorer says: whole sentences of words.json. What stands in braces is put in.
import data from "explorer/data";

const { sentences } = data;
const plural = new Intl.PluralRules(sentences.language);

// A number with a comma at each thousand.
export const grouped = (value) => value.toLocaleString(sentences.language);

// A sentence by its place in the table, such as "facts.bytes". Of one that has several forms, the
// number `count` chooses. An empty slot or a name that is not in the table is an error.
export function sentence(name, holes = {}) {
  const found = name.split(".").reduce((table, key) => table[key], sentences);
  const form = found.other ? found[plural.select(holes.count)] : found;
  return form.replace(/\{(\w+)\}/g, (_, hole) => {
    if (holes[hole] === undefined) throw new Error(`“${name}” has nothing for {${hole}}`);
    return hole === "count" ? grouped(holes.count) : holes[hole];
  });
}

// End in an error that says this.
export function refuse(name, holes) {
  throw new Error(sentence(name, holes));
}
