// jsdom's page with what JupyterLab's modules take for granted in a browser: Node's own, where Node has it.
const { TestEnvironment } = require('jest-environment-jsdom');

const NODES = [
  'AbortController',
  'AbortSignal',
  'fetch',
  'Headers',
  'Request',
  'Response',
  'structuredClone',
  'TextDecoder',
  'TextEncoder'
];

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of NODES) {
      this.global[name] = globalThis[name];
    }
    this.global.IS_REACT_ACT_ENVIRONMENT = true;
    this.global.DragEvent ??= class DragEvent extends this.global.Event {};
    class Observer {
      observe() {}
      unobserve() {}
      disconnect() {}
    }
    this.global.ResizeObserver ??= class extends Observer {};
    this.global.IntersectionObserver ??= class extends Observer {};
    this.global.requestIdleCallback ??= callback => this.global.setTimeout(callback, 0);
    this.global.cancelIdleCallback ??= id => this.global.clearTimeout(id);
    this.global.matchMedia ??= () => ({
      matches: false,
      addEventListener() {},
      addListener() {},
      removeEventListener() {},
      removeListener() {}
    });
  }
};
