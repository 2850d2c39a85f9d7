// The ground all pages share, for modules: words, numbers, elements, drawing.
// core.js and its neighbours are classic scripts, loaded before this one.

export const L = window.L;

export default window.Wangge;
