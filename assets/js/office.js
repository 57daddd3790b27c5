import "htmx.org";
import { keepListsLive } from "./live.js";

keepListsLive();
