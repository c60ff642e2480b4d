/** The field of a dialog: where one begins to type, and Enter in it does what the dialog's button does. */
import type { InputRef } from 'antd';
import { useRef, type KeyboardEvent, type RefObject } from 'react';

/** The field that has the focus once the dialog is open. Focused while it opens, it may lose that to the dialog's own. */
export function useFirstField(): { field: RefObject<InputRef | null>; afterOpenChange: (isOpen: boolean) => void } {
  const field = useRef<InputRef>(null);
  return { field, afterOpenChange: (isOpen) => isOpen && field.current?.focus() };
}

/**
 * Acts on Enter, and keeps the key to itself: a dialog that closes at once gives the focus back to the button that
 * opened it, which the same stroke would press, and the dialog would be open again.
 */
export function onEnter(act: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    event.preventDefault();
    act();
  };
}
