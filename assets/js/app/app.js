import { enlargeCodes } from "./enlarging.js";
import { keepPages } from "./keeping.js";
import { renewCodes } from "./renewing.js";

renewCodes();
enlargeCodes();
keepPages();
