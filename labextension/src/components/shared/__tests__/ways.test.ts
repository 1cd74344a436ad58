import { nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../../../tokens';
import { wayOf } from '../ways';

const trans = nullTranslator.load('');
const registries = [{ name: 'corp' }, { name: 'hub:5000' }];

describe('the way on from an error', () => {
  it.each([
    ['unauthorized', ['corp/app:v1'], CommandIDs.signIn, { registry: 'corp' }],
    ['unauthorized', ['corp/app:v1', 'hub:5000/app:v1'], CommandIDs.signIn, { isAsked: true }],
    ['forbidden', ['localhost/app:v1', 'hub:5000/app:v1'], CommandIDs.signIn, { registry: 'hub:5000' }],
    ['unreachable', ['corp/app:v1'], CommandIDs.editRegistry, { registry: 'corp' }],
    ['storage_full', [], CommandIDs.cleanUp, {}],
    ['content_missing', ['corp/app:v1'], CommandIDs.pull, { reference: 'corp/app:v1' }],
    ['not_found', ['app:v1'], CommandIDs.refresh, {}]
  ])('of code %s about %j is the command %s', (code, kits, command, args) => {
    const way = wayOf(code, { kits, registries }, trans);
    expect(way).toMatchObject({ command, args });
    expect(way?.hint).not.toMatch(/kit (?:login|list|pull|unpack|remove|cache)\b/);
  });

  it.each([
    ['unreachable', ['app:v1']],
    ['content_missing', ['localhost/app:v1']],
    ['usage', ['corp/app:v1']],
    ['conflict', ['corp/app:v1']]
  ])('of code %s about %j is none: the hint is all there is', (code, kits) => {
    expect(wayOf(code, { kits, registries }, trans)).toBeNull();
  });

  it('leads from files that conflict with a transfer to the choice of what becomes of them', () => {
    const about = { kits: ['corp/app:v1'], registries };
    const to = { command: CommandIDs.openKit, args: { reference: 'corp/app:v1' } };
    expect(wayOf('conflict', { ...about, job: 'pull' }, trans)).toMatchObject(to);
    expect(wayOf('conflict', { ...about, job: 'pack' }, trans)).toBeNull();
  });
});
