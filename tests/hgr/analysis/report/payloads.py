"""Captions and ids that would run code, or break the page, if they were not only shown."""

from __future__ import annotations

PAYLOADS = (
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 2</script>",
    '"><img src=x onerror="window.pwned = 3">',
    "<svg onload=window.pwned=4>",
    "<svg><script>window.pwned = 5</script></svg>",
    "javascript:window.pwned=6",
    '<a href="javascript:window.pwned=7">x</a>',
    "' onmouseover='window.pwned=8",
    '" autofocus onfocus="window.pwned=9" x="',
    "<iframe srcdoc='<script>parent.pwned=10</script>'></iframe>",
    "<!--<script>window.pwned = 11</script>-->",
    "]]><script>window.pwned = 12</script>",
    "&lt;script&gt;window.pwned = 13&lt;/script&gt;",
    "{{ 7 * 7 }} {% raw %} ${window.pwned=14} #{1}",
    "\u2028window.pwned = 15\u2029",
    "<style>body { display: none }</style>",
    "<math><mtext><script>window.pwned = 17</script></mtext></math>",
    "<base href='https://example.org/'><link rel=stylesheet href=//example.org/x.css>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<template><script>window.pwned = 20</script></template><object data=x></object>",
    "\\u003cscript\\u003ewindow.pwned = 21\\u003c/script\\u003e",
    "</title></style></textarea><script>window.pwned = 22</script>",
)
