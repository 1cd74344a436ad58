import { LabIcon } from '@jupyterlab/ui-components';

const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${body}</svg>`;

/** A box with its layers showing: a kit. */
export const kitIcon = new LabIcon({
  name: 'kitops:kit',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M12 2 2.5 6.8v10.4L12 22l9.5-4.8V6.8L12 2zm0 2.2 6.3 3.2L12 10.6 5.7 7.4 12 4.2zM4.5 9l6.5 3.3v2L4.5 11V9zm0 4.2L11 16.5v2.8l-6.5-3.3v-2.8zm8.5 6.1v-2.8l6.5-3.3v2.8L13 19.3zm0-5v-2L19.5 9v2L13 14.3z"/>'
  )
});

/** A sheet with a kit on it: a Kitfile. */
export const kitfileIcon = new LabIcon({
  name: 'kitops:kitfile',
  svgstr: svg(
    '<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M5 2h9l6 6v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm0 2v16h13V9h-5V4H5zm6.5 6 4.5 2.2v4.6L11.500 19 7 16.800v-4.600L11.500 10zm-3 3.700v2.200l2.200 1.100v-2.200l-2.200-1.100zm6 0-2.200 1.100V17l2.200-1.100v-2.200z"/>'
  )
});

export const pullIcon = new LabIcon({
  name: 'kitops:pull',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M11 4h2v8.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3V4zM5 18h14v2H5v-2z"/>'
  )
});

export const pushIcon = new LabIcon({
  name: 'kitops:push',
  svgstr: svg(
    '<path class="jp-icon3" fill="#616161" d="M11 16V7.8L7.7 11.1 6.3 9.7 12 4l5.7 5.7-1.4 1.4L13 7.8V16h-2zM5 18h14v2H5v-2z"/>'
  )
});
