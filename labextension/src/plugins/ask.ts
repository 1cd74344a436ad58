import type { Form } from '../components/shared/form';

/** All dialogs: fetched when the first one is opened, not with JupyterLab itself. */
export const load = () => import(/* webpackChunkName: "dialogs" */ '../components/dialogs');

export type Dialogs = Awaited<ReturnType<typeof load>>;

/** Open a dialog that sends its form before it closes; what was answered, or null when somebody gave up. */
export async function ask<T>(
  title: string,
  make: (dialogs: Dialogs) => Form<T>,
  accept: string,
  isWarning = false
): Promise<T | null> {
  const dialogs = await load();
  const { value } = await new dialogs.FormDialog<T>({ title, form: make(dialogs), accept, isWarning }).launch();
  return value;
}
