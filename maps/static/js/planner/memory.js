// What a browser remembers for one person; without storage the page works all the same.

const PREFIX = "wangge.planner.";

export function remember(key, value) {
  try {
    window.localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch (error) {
    // Storage may be full or forbidden; then nothing is remembered.
  }
}

export function recall(key, otherwise) {
  try {
    const text = window.localStorage.getItem(PREFIX + key);
    return text === null ? otherwise : JSON.parse(text);
  } catch (error) {
    return otherwise;
  }
}
