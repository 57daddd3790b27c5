import "htmx.org";
import { offerCopying } from "./copying.js";
import { keepListsLive } from "./live.js";
import { closeMenusElsewhere } from "./menus.js";
import { offerPasskeys } from "./passkeys.js";
import { keepSelections } from "./select.js";
import { offerRevealing } from "./revealing.js";
import { openSearchBySlash } from "./search.js";
import { showOpenTabs } from "./tabs.js";

keepListsLive();
keepSelections();
closeMenusElsewhere();
offerCopying();
offerPasskeys();
offerRevealing();
openSearchBySlash();
showOpenTabs();
