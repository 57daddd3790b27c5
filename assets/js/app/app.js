import { enlargeCodes } from "./enlarging.js";
import { enter } from "./entering.js";
import { keepPages } from "./keeping.js";
import { renewCodes } from "./renewing.js";
import { offerSharing } from "./sharing.js";
import { travel } from "./travelling.js";

travel();
renewCodes();
enlargeCodes();
offerSharing();
enter().then(keepPages);
