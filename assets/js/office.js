import "htmx.org";
import { keepListsLive } from "./live.js";
import { closeMenusElsewhere } from "./menus.js";

keepListsLive();
closeMenusElsewhere();
