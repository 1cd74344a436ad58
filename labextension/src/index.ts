import { model } from './plugins/model';
import { panel } from './plugins/panel';

export { CommandIDs, IKitModel } from './tokens';
export default [model, panel];
