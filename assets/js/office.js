import "htmx.org";
import { offerCopying } from "./copying.js";
import { keepListsLive } from "./live.js";
import { closeMenusElsewhere } from "./menus.js";
import { offerPasskeys } from "./passkeys.js";

keepListsLive();
closeMenusElsewhere();
offerCopying();
offerPasskeys();
