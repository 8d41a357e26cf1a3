// The page: connects, and lets each part follow what it shows.

import { startComposer } from "./composer.js";
import { startMessages } from "./messages.js";
import { startPanel } from "./panel.js";
import { startPlaces } from "./places.js";
import { connect } from "./store.js";

startPlaces();
startMessages();
startComposer();
startPanel();
connect();
