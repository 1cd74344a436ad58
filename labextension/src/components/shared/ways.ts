// The way on from an error, by its code: the hints of the server are commands for a cell, and here there are buttons.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { inert } from '../../format';
import { CommandIDs } from '../../tokens';
import type { Job } from '../../wire';

/** What helps, in words that stand for the server's hint, and the button that does it. */
interface IWay {
  hint: string;
  label: string;
  command: string;
  args: ReadonlyPartialJSONObject;
}

/** What failed was about these: kits, as references, or a registry by its name. */
interface IAbout {
  kits?: readonly string[];
  registry?: string;
  /** The transfer that failed. */
  job?: Job['kind'];
  /** The names that registries have here. */
  registries: readonly { readonly name: string }[];
}

/** The way on; null where no button helps, and the server's hint is all there is. */
export function wayOf(code: string, about: IAbout, trans: TranslationBundle): IWay | null {
  const registry = registryOf(about);
  const name = inert(registry, 60);
  switch (code) {
    case 'unauthorized':
      return {
        hint: registry
          ? trans.__('%1 requires you to sign in.', name)
          : trans.__('The registry requires you to sign in.'),
        label: trans.__('Sign in'),
        command: CommandIDs.signIn,
        args: registry ? { registry } : { isAsked: true }
      };
    case 'forbidden':
      return {
        hint: trans.__('Ask for access, or sign in as someone else.'),
        label: trans.__('Sign in'),
        command: CommandIDs.signIn,
        args: registry ? { registry } : { isAsked: true }
      };
    case 'unreachable':
      return registry
        ? {
            hint: trans.__('Try again later, or check how the registry is reached: its address, TLS and certificates.'),
            label: trans.__('Edit the registry'),
            command: CommandIDs.editRegistry,
            args: { registry }
          }
        : null;
    case 'storage_full':
      return {
        hint: trans.__('Free some space there, or make the folder writable; then try again.'),
        label: trans.__('Disk use and clean-up'),
        command: CommandIDs.cleanUp,
        args: {}
      };
    case 'conflict':
      return about.kits?.length && (about.job === 'pull' || about.job === 'unpack')
        ? {
            hint: trans.__('Open the kit and choose what to do with existing files.'),
            label: trans.__('Open the kit'),
            command: CommandIDs.openKit,
            args: { reference: about.kits[0] }
          }
        : null;
    case 'content_missing':
      return registry && about.kits?.length
        ? {
            hint: trans.__('Pull the kit again to restore what is missing.'),
            label: trans.__('Pull it again'),
            command: CommandIDs.pull,
            args: { reference: about.kits[0] }
          }
        : null;
    case 'not_found':
      return about.kits?.length && about.job !== 'pack'
        ? {
            hint: trans.__('It may have been removed or renamed.'),
            label: trans.__('Refresh the list'),
            command: CommandIDs.refresh,
            args: {}
          }
        : null;
    default:
      return null;
  }
}

/** The one registry that it was about; empty for none, and where it could be one of several. */
function registryOf({ kits = [], registry, registries }: IAbout): string {
  if (registry) {
    return registry;
  }
  const firsts = kits.map(kit => kit.slice(0, Math.max(0, kit.indexOf('/'))));
  const known = new Set(firsts.filter(first => registries.some(({ name }) => name === first)));
  return known.size === 1 ? [...known][0] : '';
}
