import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { JSX } from 'react';
import { useEffect } from 'react';

import { KitError } from '../../client';
import { useSignals } from './signal';
import type { IActions } from './actions';
import { Failure, Waiting } from './notes';

/** What somebody fills in. The dialog stays until what it asked for was taken, so that nothing is typed twice. */
export abstract class Form<T> extends ReactWidget {
  constructor(readonly actions: IActions) {
    super();
    this.addClass('kitops-Dialog');
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it may be sent. */
  abstract readonly isReady: boolean;

  /** Why it was not taken. */
  get error(): KitError | null {
    return this._error;
  }

  get isBusy(): boolean {
    return this._isBusy;
  }

  /** What was answered, once it was taken. */
  get value(): T | null {
    return this._value;
  }

  getValue(): T | null {
    return this._value;
  }

  /** Something in it asks to be sent. */
  get pressed(): ISignal<this, void> {
    return this._pressed;
  }

  /** Its fields are in the page. */
  get drawn(): Promise<void> {
    return this._drawn.promise;
  }

  /** Send it; whether it was taken. */
  async submit(): Promise<boolean> {
    if (!this.isReady || this._isBusy) {
      return false;
    }
    [this._isBusy, this._error] = [true, null];
    this.moved();
    let isTaken = false;
    try {
      this._value = await this.send();
      isTaken = this._value !== null;
    } catch (reason) {
      this._error = KitError.from(reason);
    }
    this._isBusy = false;
    this.moved();
    return isTaken;
  }

  override dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  /** What was answered; null while the form has something to ask first. */
  protected abstract send(): Promise<T | null>;

  /** As a press on the button that sends it; the dialog closes when it is taken. */
  protected press(): void {
    this._pressed.emit();
  }

  protected abstract fields(): JSX.Element;

  /** Draw again, and look whether it may be sent. */
  protected moved(): void {
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  protected override render(): JSX.Element {
    return <Body form={this} fields={() => this.fields()} onDrawn={() => this._drawn.resolve()} />;
  }

  private _changed = new Signal<this, void>(this);
  private readonly _drawn = new PromiseDelegate<void>();
  private _error: KitError | null = null;
  private _isBusy = false;
  private _pressed = new Signal<this, void>(this);
  private _value: T | null = null;
}

interface IBodyProps<T> {
  form: Form<T>;
  fields: () => JSX.Element;
  onDrawn: () => void;
}

function Body<T>({ form, fields, onDrawn }: IBodyProps<T>): JSX.Element {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- once
  useEffect(onDrawn, []);
  useSignals(form.changed);
  return (
    <>
      {fields()}
      {form.isBusy && <Waiting>{form.actions.trans.__('One moment…')}</Waiting>}
      {form.error && <Failure error={form.error} actions={form.actions} />}
    </>
  );
}

interface IFormDialogOptions<T> {
  title: string;
  form: Form<T>;
  /** What the button says that sends it. */
  accept: string;
  /** It takes something away. */
  isWarning?: boolean;
  host?: HTMLElement;
}

/** A dialog that sends its form before it closes. */
export class FormDialog<T> extends Dialog<T | null> {
  constructor({ title, form, accept, isWarning = false, host }: IFormDialogOptions<T>) {
    const button = isWarning ? Dialog.warnButton({ label: accept }) : Dialog.okButton({ label: accept });
    const cancel = Dialog.cancelButton({ label: form.actions.trans.__('Cancel') });
    super({ title, body: form, buttons: [cancel, button], defaultButton: 1, ...(host ? { host } : {}) });
    this._form = form;
    this.addClass('kitops-FormDialog');
    form.changed.connect(this._look, this);
    form.pressed.connect(() => this.resolve());
    this._look();
  }

  override resolve(index = 1): void {
    if (index !== 1) {
      super.resolve(index);
      return;
    }
    void this._form.submit().then(isTaken => {
      if (isTaken && !this.isDisposed) {
        super.resolve(1);
      }
    });
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('keydown', this._onLostKey, true);
    void Promise.all([this.ready, this._form.drawn]).then(() => {
      const first = this._form.node.querySelector<HTMLElement>('.kitops-mod-first');
      if (first) {
        first.focus();
      } else {
        this._keepFocus();
      }
    });
  }

  protected override onAfterDetach(message: Message): void {
    document.removeEventListener('keydown', this._onLostKey, true);
    super.onAfterDetach(message);
  }

  /** Enter sends the form, except from a button or a fold of its own; there the arrows move nothing, either. */
  override handleEvent(event: Event): void {
    const { target } = event;
    const isOwn = target instanceof Element && this._form.node.contains(target);
    if (event.type === 'keydown' && isOwn) {
      const { key } = event as KeyboardEvent;
      const isPressed = key === 'Enter' && target.matches('button, summary, a, select, [type=search]');
      if (isPressed || key === 'ArrowLeft' || key === 'ArrowRight') {
        return;
      }
    }
    super.handleEvent(event);
    if (event.type === 'input') {
      this._look();
    }
  }

  private _look(): void {
    const button = this.node.querySelector<HTMLButtonElement>(
      '.jp-Dialog-button.jp-mod-accept, .jp-Dialog-button.jp-mod-warn'
    );
    if (button) {
      button.disabled = !this._form.isReady || this._form.isBusy;
      if (button.disabled && document.activeElement === button) {
        this._keepFocus();
      }
    }
  }

  /** A button that is disabled takes no keys: then the form has the focus, so that Escape reaches us. */
  private _keepFocus(): void {
    const { activeElement } = document;
    const { node } = this._form;
    if (!activeElement || !this.node.contains(activeElement) || activeElement.matches(':disabled')) {
      node.tabIndex = -1;
      node.focus();
    }
  }

  /** Escape closes it also while the focus is yet where it was opened from. */
  private readonly _onLostKey = (event: KeyboardEvent): void => {
    const { key, target } = event;
    if (key === 'Escape' && !(target instanceof Element && target.closest('.jp-Dialog'))) {
      event.stopPropagation();
      event.preventDefault();
      this.reject();
    }
  };

  private readonly _form: Form<T>;
}
