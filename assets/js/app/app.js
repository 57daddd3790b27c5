import { enlargeCodes } from "./enlarging.js";
import { enter } from "./entering.js";
import { keepPages } from "./keeping.js";
import { offerNotifications } from "./pushing.js";
import { renewCodes } from "./renewing.js";
import { offerSharing } from "./sharing.js";
import { travel } from "./travelling.js";

travel();
renewCodes();
enlargeCodes();
offerSharing();
offerNotifications();
enter().then(keepPages);
