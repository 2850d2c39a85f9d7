// Starts the page that takes in files: its words, who is there, the steps.

import W from "../ground.js";
import { whenSignedOut } from "../api.js";
import { me } from "../me.js";
import { bindRail } from "../panels.js";
import { openPage, otherLanguage, showReady, speak } from "../../gate/page.js";
import { signInAgain } from "../../gate/sign-in-dialog.js";
import { UserMenu } from "../../gate/user-menu.js";
import { Tasks } from "../jobs/tasks.js";
import { Watch } from "../jobs/watch.js";
import { Wizard } from "./wizard.js";

async function start() {
  whenSignedOut(signInAgain);
  const page = await openPage();
  await me.load();
  new UserMenu(W.byId("bar-user"), () => speak(otherLanguage()));
  bindRail();
  const watch = new Watch();
  new Tasks(W.byId("tasks"), W.byId("tasks-panel"), watch);
  const wizard = new Wizard(page, watch);
  await wizard.begin();
  watch.look();
  showReady();
}

start();
