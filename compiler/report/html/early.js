(function () {
  var d = document.documentElement, t = null;
  d.classList.add("js");
  try { t = localStorage.getItem("detc-theme"); } catch (e) { /* a file may have no storage */ }
  if (t === "dark" || t === "light") d.setAttribute("data-theme", t);
})();
