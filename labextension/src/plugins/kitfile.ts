import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { PathExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { kitfileIcon } from '../icons';
import { DOMAIN, IKitModel } from '../tokens';

const MIME = 'text/x-kitfile';
/** The names that kit looks for. */
const NAMES = /^(Kitfile|kitfile|\.kitfile)$/;

/** A Kitfile in the file browser and in the editor. */
export const kitfile: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:kitfile',
  description: 'Edits a Kitfile as YAML, completes its fields and underlines its problems.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator, IEditorLanguageRegistry],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    languages: IEditorLanguageRegistry | null
  ) => {
    const displayName = (translator ?? nullTranslator).load(DOMAIN).__('Kitfile');
    app.docRegistry.addFileType({
      name: 'kitfile',
      displayName,
      pattern: NAMES.source,
      extensions: [],
      mimeTypes: [MIME],
      contentType: 'file',
      fileFormat: 'text',
      icon: kitfileIcon
    });
    // JupyterLab's editor has one icon for all its files.
    app.docRegistry.addWidgetExtension('Editor', {
      createNew: (widget, context) => {
        const look = (): void => {
          if (NAMES.test(PathExt.basename(context.path))) {
            widget.title.icon = kitfileIcon;
          }
        };
        context.pathChanged.connect(look);
        look();
      }
    });
    languages?.addLanguage({
      name: 'Kitfile',
      displayName,
      mime: MIME,
      filename: NAMES,
      load: async () => {
        const yaml = (await languages.getLanguage('YAML'))?.support;
        if (!yaml) {
          throw new Error('JupyterLab has no YAML mode');
        }
        const { kitfileSupport } = await import(/* webpackChunkName: "kitfile" */ '../components/kitfile');
        return kitfileSupport(yaml, model);
      }
    });
  }
};
