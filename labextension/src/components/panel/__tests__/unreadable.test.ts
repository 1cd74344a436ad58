import { act } from '@testing-library/react';

import { status } from '../../../__tests__/server';
import { HOSTILE, model, panel, server, shown, texts } from './page';

it('says once what is wrong with a list of registries that cannot be read, and shows the local kits', async () => {
  const problem = { code: 'usage', message: `registries.json: ${HOSTILE}`, hint: 'it is a JSON object', details: [] };
  server.routes['GET status'] = () => ({ ...status(), problem });
  await act(async () => model.refresh());
  await shown(() => panel.node.querySelector('[role=alert]') !== null, 'the notice');
  const alerts = [...panel.node.querySelectorAll('[role=alert]')].map(each => each.textContent);
  expect(alerts).toEqual([`registries.json: ${HOSTILE}it is a JSON object`]);
  expect(panel.node.querySelector('img')).toBeNull();
  expect(texts().slice(0, 2)).toEqual(['Local store', 'churn']);

  server.routes['GET status'] = () => status();
  await act(async () => model.refresh());
  await shown(() => panel.node.querySelector('[role=alert]') === null, 'no notice');
});
