/** What may come up over the page once it has to do with modules. */
import { AddDialog } from './add-dialog';
import { SignIn } from './sign-in';

export default function ModuleDialogs() {
  return (
    <>
      <AddDialog />
      <SignIn />
    </>
  );
}
