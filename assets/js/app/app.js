import { enlargeCodes } from "./enlarging.js";
import { keepPages } from "./keeping.js";
import { renewCodes } from "./renewing.js";
import { offerSharing } from "./sharing.js";

renewCodes();
enlargeCodes();
keepPages();
offerSharing();
