import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { kitLine } from '../../lines';
import { CommandIDs } from '../../tokens';
import type { IActions } from '../shared/actions';
import type { INode } from './node';
import { canOpen, canTick, placeOf, tickOf } from './node';
import type { KitState } from './state';
import { variableOf } from './variables';

/** What a menu offers: what it is called, and what it does. */
type MenuItem = readonly [label: string, act: () => void];

/** What can be done with a layer, a folder or a file. */
export function itemsOf(node: INode, state: KitState, { copy, run, trans, write }: IActions): MenuItem[] {
  const { isRemote, kit, pull, reference, tree } = state;
  const { layer, file } = node;
  const isHere = pull?.isHere === true;
  const line = write(kitLine(isHere ? 'unpack' : 'pull', reference, '--filter', (file ?? layer).filter));
  const variable = kit.value ? variableOf(node, kit.value) : '';
  const items: MenuItem[] = [];
  const offer = (isOffered: boolean, label: string, act: () => unknown): void => {
    if (isOffered) {
      items.push([label, () => void act()]);
    }
  };
  offer(placeOf(node) !== null || layer.key === 'kitfile', trans.__('Preview'), () => state.look(node));
  offer(canOpen(node), node.isOpen ? trans.__('Close') : trans.__('Open'), () => tree?.open(node));
  offer(canTick(node), isHere ? trans.__('Unpack Only This') : trans.__('Pull Only This'), () => pull?.startOnly(node));
  offer(canTick(node), tickOf(node) === 'all' ? trans.__('Deselect') : trans.__('Select'), () => tree?.toggle(node));
  offer(variable !== '', trans.__('Load into a Notebook'), () =>
    run(CommandIDs.load, { reference, remote: isRemote, names: [variable] })
  );
  offer(true, trans.__('Copy Path'), () => copy(file?.path || layer.path));
  offer(canTick(node) && line !== '', trans.__('Copy %kit Line'), () => copy(line));
  return items;
}

/** A menu at a place of the page. */
export function openMenuAt(items: readonly MenuItem[], x: number, y: number): void {
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  items.forEach(([label, execute], index) => {
    const command = `kitops-row:${index}`;
    commands.addCommand(command, { label, execute, describedBy: { args: {} } });
    menu.addItem({ command });
  });
  menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
  menu.open(x, y);
}
