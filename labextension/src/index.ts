import { compare } from './plugins/compare';
import { dialogs } from './plugins/dialogs';
import { frontend } from './plugins/frontend';
import { jobs } from './plugins/jobs';
import { kitfile } from './plugins/kitfile';
import { kitTab } from './plugins/kittab';
import { lines } from './plugins/lines';
import { model } from './plugins/model';
import { notebook } from './plugins/notebook';
import { notifications } from './plugins/notifications';
import { outputs } from './plugins/outputs';
import { palette } from './plugins/palette';
import { panel } from './plugins/panel';
import { registries } from './plugins/registries';
import { settings } from './plugins/settings';
import { status } from './plugins/status';

export { CommandIDs, IKitModel } from './tokens';
export default [
  model,
  settings,
  panel,
  kitTab,
  compare,
  kitfile,
  dialogs,
  palette,
  registries,
  jobs,
  lines,
  notebook,
  notifications,
  status,
  frontend,
  outputs
];
