// For browsers without modules: they would show an empty page. Written in old words.
(function () {
  "use strict";
  var notes = document.getElementsByClassName("too-old");
  for (var i = 0; i < notes.length; i++) notes[i].removeAttribute("hidden");
})();
