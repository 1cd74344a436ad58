// What JupyterLab's modules take for granted in a browser and jsdom does not have.
const { TextDecoder, TextEncoder } = require('node:util');

globalThis.TextDecoder ??= TextDecoder;
globalThis.TextEncoder ??= TextEncoder;
globalThis.fetch ??= () => Promise.reject(new Error('no network in a test'));
globalThis.Headers ??= class {};
globalThis.Request ??= class {};
globalThis.Response ??= class {};
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.DragEvent ??= class DragEvent extends globalThis.Event {};
globalThis.matchMedia ??= () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {} });
