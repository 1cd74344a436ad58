// The keyboard of a tree as the ARIA practices have it. Each tree of ours is held to it, as it stands in the page.

import { act, fireEvent } from '@testing-library/react';

interface ITreeAtHand {
  tree: () => HTMLElement;
  /** A closed row of the first level with rows below it, and how the first of those begins. */
  parent: string;
  child: string;
  /** How many rows there are of the first level. */
  roots: number;
  /** A row of the first level that the letter alone finds from the top. */
  letter: string;
  found: string;
  /** Until it is so, whatever is waited for. */
  shown: (isSo: () => boolean, what: string) => Promise<void>;
}

export function obeysTheLawOfTrees({ tree, parent, child, roots, letter, found, shown }: ITreeAtHand): void {
  const rows = (): HTMLElement[] => [...tree().querySelectorAll<HTMLElement>('[role=treeitem]')];
  const find = (text: string): HTMLElement => rows().find(each => each.textContent?.includes(text))!;
  const at = (): HTMLElement => document.activeElement as HTMLElement;
  const says = (text: string) => (): boolean => at().textContent?.includes(text) === true;
  const isOpen = (text: string): string | null => find(text).getAttribute('aria-expanded');
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await act(async () => void fireEvent.keyDown(at(), { key }));
      await act(() => new Promise(resolve => setTimeout(resolve, 20)));
    }
  };
  const rest = (text: string): Promise<void> => act(async () => find(text).focus());
  const open = async (): Promise<void> => {
    await rest(parent);
    await press('ArrowRight');
    await shown(() => find(child) !== undefined, child);
  };

  it('has one row in the order of tabs, and nothing else; each row knows its place', async () => {
    await open();
    expect(rows().filter(each => each.tabIndex === 0)).toEqual([at()]);
    const others = 'button:not([tabindex="-1"]), input:not([tabindex="-1"]), a:not([tabindex="-1"])';
    expect(tree().querySelectorAll(others)).toHaveLength(0);
    const place = (name: string): number => Number(find(child).getAttribute(name));
    expect([place('aria-level'), place('aria-posinset')]).toEqual([2, 1]);
    expect(find(parent).getAttribute('aria-setsize')).toBe(String(roots));
  });

  it('opens with the right arrow and goes in, goes out with the left one and closes', async () => {
    await open();
    expect([says(parent)(), isOpen(parent)]).toEqual([true, 'true']);
    await press('ArrowRight');
    expect(says(child)()).toBe(true);
    await press('ArrowLeft');
    expect([says(parent)(), isOpen(parent)]).toEqual([true, 'true']);
    await press('ArrowLeft');
    expect([isOpen(parent), find(child)]).toEqual(['false', undefined]);
  });

  it('goes from row to row, to the first and to the last, and opens none', async () => {
    await rest(parent);
    await press('Home');
    const [first, second, ...others] = rows();
    expect(at()).toBe(first);
    await press('ArrowDown');
    expect(at()).toBe(second);
    await press('ArrowUp', 'ArrowUp');
    expect(at()).toBe(first);
    await press('End');
    expect(at()).toBe(rows().at(-1));
    await press('PageUp');
    expect(at()).toBe(first);
    expect(rows()).toHaveLength(2 + others.length);
  });

  it('goes to the row whose name begins with what is typed', async () => {
    await rest(parent);
    await press('Home', letter);
    expect(says(found)()).toBe(true);
  });

  it('opens all rows beside this one with *', async () => {
    await rest(parent);
    await press('*');
    await shown(() => find(child) !== undefined, child);
    expect(says(parent)()).toBe(true);
    const closed = rows().filter(each => each.ariaLevel === '1' && each.getAttribute('aria-expanded') === 'false');
    expect(closed).toEqual([]);
  });

  it('leaves keys with Ctrl, Alt or the command key to the application', async () => {
    await rest(parent);
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
      expect(fireEvent.keyDown(at(), { key: 'ArrowRight', ...more })).toBe(true);
    }
    expect(isOpen(parent)).toBe('false');
  });

  it('keeps the focus when the row that has it goes: its parent takes it', async () => {
    await open();
    await press('ArrowRight');
    expect(says(child)()).toBe(true);
    await act(async () => void fireEvent.click(find(parent).querySelector('[class$=-caret]')!));
    await shown(() => find(child) === undefined, 'it closed');
    expect(at()).toBe(find(parent));
  });
}
