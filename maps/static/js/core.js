// Shared ground of the page: words, numbers, elements. Classic script, ES2018.
// Text from the data enters the page through textContent only.
(function () {
  "use strict";

  const W = {};
  window.Wangge = W;

  W.lang = "zh";
  W.texts = {};
  const listeners = [];

  /**
   * Return the text of a key in the current language, with {names} filled in.
   * A text with two forms goes by {n}.
   */
  W.t = function (key, values) {
    const pair = W.texts[key];
    if (!pair) throw new Error("no text for " + key);
    const forms = pair[W.lang === "zh" ? 0 : 1];
    const one = values && String(values.n) === "1";
    const text = Array.isArray(forms) ? forms[one ? 0 : 1] : forms;
    return text.replace(/\{(\w+)\}/g, function (whole, name) {
      return values && name in values ? String(values[name]) : whole;
    });
  };

  /** Call a function now and again whenever the language changes. */
  W.onLanguage = function (redraw) {
    listeners.push(redraw);
    redraw();
  };

  W.setLanguage = function (lang) {
    W.lang = lang;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    translateMarkup();
    listeners.forEach(function (redraw) {
      redraw();
    });
  };

  /** Fill in data-t (text), data-t-label, data-t-title and data-t-placeholder. */
  function translateMarkup() {
    const places = [
      ["data-t", null],
      ["data-t-label", "aria-label"],
      ["data-t-title", "title"],
      ["data-t-placeholder", "placeholder"],
    ];
    places.forEach(function (place) {
      document.querySelectorAll("[" + place[0] + "]").forEach(function (node) {
        const text = W.t(node.getAttribute(place[0]));
        if (place[1]) node.setAttribute(place[1], text);
        else node.textContent = text;
      });
    });
  }

  W.byId = function (id) {
    return document.getElementById(id);
  };

  /** Make an element: el("p", {class: "x", onclick: f}, "text", child, …). */
  W.el = function (tag, attributes) {
    const node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      const value = attributes[name];
      if (value === null || value === undefined || value === false) return;
      if (name.slice(0, 2) === "on") node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : String(value));
    });
    for (let i = 2; i < arguments.length; i++) append(node, arguments[i]);
    return node;
  };

  function append(node, child) {
    if (child === null || child === undefined || child === false) return;
    if (Array.isArray(child)) {
      child.forEach(function (one) {
        append(node, one);
      });
    } else {
      node.appendChild(
        child instanceof Node ? child : document.createTextNode(String(child))
      );
    }
  }

  W.empty = function (node) {
    while (node.firstChild) node.removeChild(node.firstChild);
    return node;
  };

  const SVG = "http://www.w3.org/2000/svg";

  W.svg = function (tag, attributes, children) {
    const node = document.createElementNS(SVG, tag);
    Object.keys(attributes || {}).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    (children || []).forEach(function (child) {
      node.appendChild(child);
    });
    return node;
  };

  // Making a format is slow, and a map writes thousands of numbers.
  const formats = {};

  /** Write a number with thousands separators. */
  W.number = function (value, digits) {
    if (value === null || value === undefined) return "–";
    const key = W.lang + (digits || 0);
    if (!formats[key]) {
      formats[key] = new Intl.NumberFormat(W.lang === "zh" ? "zh-CN" : "en", {
        minimumFractionDigits: digits || 0,
        maximumFractionDigits: digits || 0,
      });
    }
    return formats[key].format(value);
  };

  W.hectares = function (squareMetres) {
    if (squareMetres === null) return "–";
    const hectares = squareMetres / 10000;
    return W.number(hectares, hectares < 10 ? 2 : 1);
  };

  W.area = function (squareMetres) {
    return W.hectares(squareMetres) + " " + W.t("unit.ha");
  };

  W.percent = function (share, digits) {
    return share === null ? "–" : W.number(share * 100, digits || 0) + " %";
  };

  W.metres = function (length) {
    return length < 1000
      ? W.number(Math.round(length)) + " " + W.t("unit.m")
      : W.number(length / 1000, 1) + " " + W.t("unit.km");
  };

  W.colon = function () {
    return W.lang === "zh" ? "：" : ": ";
  };

  W.isCalm = function () {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  };
})();
