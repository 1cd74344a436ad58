// All dialogs, with their looks: fetched when the first one is opened, not with JupyterLab itself.

import '../../../style/dialogs/index.css';

export { FormDialog } from '../shared/form';
export { CleanUpForm } from './cleanup';
export { CopyForm } from './copy';
export { PackForm } from './pack';
export { PromoteForm } from './promote';
export { PushForm } from './push';
export { Registries } from './registries';
export { RegistryForm } from './registry';
export { RemoveForm } from './remove';
export { RepositoryForm } from './repository';
export { SignInForm } from './signin';
export { TagForm } from './tag';
export { Verdict } from './validate';
