// After a login the answers go back to their form by themselves; without scripts a button does it.
"use strict";

document.querySelector("[data-submits-at-once]").requestSubmit();
