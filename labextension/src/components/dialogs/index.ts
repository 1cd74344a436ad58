// All dialogs: fetched when the first one is opened, not with JupyterLab itself.

export { FormDialog } from '../shared/form';
export { PackForm } from './pack';
export { PromoteForm } from './promote';
export { PushForm } from './push';
export { RegistryForm, RepositoryForm } from './registry';
export { RemoveForm } from './remove';
export { SignInForm } from './signin';
export { TagForm } from './tag';
export { Verdict } from './validate';
