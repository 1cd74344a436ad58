// The public surface: what another extension, or another file here, may ask of the panel.

import { Token } from '@lumino/coreutils';

import type { IKitModel as IModel } from './model';

export type IKitModel = IModel;

export const IKitModel = new Token<IKitModel>(
  'kitops-jupyter:IKitModel',
  'The kits, registries and jobs that the panel shows.'
);

/** The domain of the translations. */
export const DOMAIN = 'kitops_jupyter';

/** The commands. An argument that is missing is taken from the row under the pointer, or asked for. */
export namespace CommandIDs {
  /** Show the panel. */
  export const openPanel = 'kitops:open-panel';
  /** Open a kit in a tab: `{reference}`; compared with an `other` one. */
  export const openKit = 'kitops:open-kit';
  /** Show the tags of a repository side by side: `{repository}`. */
  export const compareTags = 'kitops:compare';
  /** Ask the server for everything again. */
  export const refresh = 'kitops:refresh';
  /** Pack a folder: `{path}`. */
  export const pack = 'kitops:pack';
  /** Pack the notebook at hand with its folder: `{path}`. */
  export const snapshot = 'kitops:snapshot';
  /** Say what is wrong with a Kitfile: `{path}`. */
  export const validate = 'kitops:validate';
  /** Take a kit into the local store: `{reference}`. */
  export const pull = 'kitops:pull';
  /** Bring a kit into a registry: `{reference}`. */
  export const push = 'kitops:push';
  /** Make single files of a kit readable without its layers: `{reference}`, in the registry if `{remote}`. */
  export const indexFiles = 'kitops:index-files';
  /** Give a kit another name: `{reference}`. */
  export const tag = 'kitops:tag';
  /** Move a kit to a stage of its life: `{reference}`. */
  export const promote = 'kitops:promote';
  /** Copy a kit into another registry: `{reference}`. */
  export const copyKit = 'kitops:copy';
  /** Show what the local store takes, and remove what nothing names. */
  export const cleanUp = 'kitops:clean-up';
  /** Remove a kit: `{reference}`, or several: `{kits: [{reference, isRemote}]}`. */
  export const remove = 'kitops:remove';
  /** Sign in to a registry: `{registry}`. */
  export const signIn = 'kitops:sign-in';
  /** Forget the credentials of a registry: `{registry}`. */
  export const signOut = 'kitops:sign-out';
  /** Name a registry, so that the panel shows it. */
  export const addRegistry = 'kitops:add-registry';
  /** Change how a registry is reached: `{registry}`. */
  export const editRegistry = 'kitops:edit-registry';
  /** Take a registry out of the panel: `{registry}`. */
  export const removeRegistry = 'kitops:remove-registry';
  /** Show one repository of a registry that does not list its repositories: `{registry}`. */
  export const openRepository = 'kitops:open-repository';
  /** Cancel a job that runs, forget one that ended: `{job}`. */
  export const endJob = 'kitops:end-job';
  /** Do a job again: `{job}`. */
  export const retryJob = 'kitops:retry-job';
  /** Copy what is known of a job that failed: `{job}`. */
  export const copyDetails = 'kitops:copy-details';
  /** Cancel all jobs that run. */
  export const cancelJobs = 'kitops:cancel-jobs';
  /** Forget all jobs that ended. */
  export const forgetJobs = 'kitops:forget-jobs';
  /** Show a folder in the file browser: `{path}`. */
  export const showFiles = 'kitops:show-files';
  /** Copy the %kit line, as the notebook at hand needs it: `{line: {words, paths}}`. */
  export const copyLine = 'kitops:copy-line';
  /** Put a cell that loads variables of a kit into the notebook at hand, or a new one: `{reference, remote, names}`. */
  export const load = 'kitops:load';
  /** Put the %kit line into a new cell of the notebook at hand: `{line: {words, paths}}`. */
  export const insertLine = 'kitops:insert-line';
}
