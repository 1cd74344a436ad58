// The same views, each there when it is drawn: a kit's header and its contents do not wait for them.

import { lazy } from 'react';

const views = () => import(/* webpackChunkName: "views" */ './views');

export const Diff = lazy(async () => ({ default: (await views()).Diff }));
export const KitfileView = lazy(async () => ({ default: (await views()).KitfileView }));
export const Notebook = lazy(async () => ({ default: (await views()).Notebook }));
export const Overview = lazy(async () => ({ default: (await views()).Overview }));
export const Peek = lazy(async () => ({ default: (await views()).Peek }));
