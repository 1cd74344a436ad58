import { KitPanel } from '..';

it('imports', () => {
  expect(KitPanel).toBeDefined();
});
