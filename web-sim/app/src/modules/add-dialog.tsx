/** Puts picked modules into the folder: each under a number and a name, with the file of its rule. */
import { Alert, App as AntApp, Input, Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reference } from '../editor/knowledge';
import { engine } from '../engine/client';
import { onEnter, useFirstField } from '../shell/dialog-field';
import { neededModules } from '../workspace/drafts';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import { adding, useAdding } from './adding';
import { compiler } from './compile';
import styles from './dialogs.module.css';
import { bytes } from './format';
import { KEPT_BYTES_MAX, keepModule } from './kept';
import { library } from './library';
import { isModulePath, pair, pathFor, plainName, ruleFile, type Picked } from './naming';

interface Row extends Picked {
  path: string;
}

export function AddDialog() {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const { picked } = useAdding();
  const { files } = useWorkspace();
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [rest, setRest] = useState<readonly File[]>([]);
  const [bytesMax, setBytesMax] = useState(Infinity);
  const [isBusy, setBusy] = useState(false);
  const { field, afterOpenChange } = useFirstField();

  useEffect(() => {
    const paired = pair(picked);
    const paths: string[] = [];
    for (const { wasm } of paired.picked) paths.push(pathFor(wasm.name, workspace.get().files, paths));
    setRows(paired.picked.map((pair, at) => ({ ...pair, path: paths[at] ?? '' })));
    setRest(paired.rest);
    // A fault of the engine is told by the workspace; the host knows the limit too.
    if (picked.length > 0) reference().then(({ modules }) => setBytesMax(modules.bytes_max), () => undefined);
  }, [picked]);

  const problemOf = ({ wasm, path }: Row) =>
    wasm.size > bytesMax
      ? t('modules.tooLarge', { bytes: bytes(bytesMax) })
      : !isModulePath(path)
        ? t('modules.badPath')
        : rows.filter((row) => row.path === path).length > 1
          ? t('editor.exists')
          : null;
  const canAdd = rows.length > 0 && rows.every((row) => problemOf(row) === null);
  const close = () => adding.set({ picked: [] });

  const add = async () => {
    setBusy(true);
    try {
      const hashes = await Promise.all(rows.map(addOne));
      const unkept = hashes.filter((hash) => hash !== null);
      if (unkept.length > 0) {
        adding.set({ unkept: [...adding.get().unkept, ...unkept] });
        void message.warning(t('modules.notKept', { bytes: bytes(KEPT_BYTES_MAX) }), 8);
      }
      if (rows[0]) navigate({ file: rows[0].path });
      close();
    } catch (error) {
      void message.error(error instanceof Error ? error.message : String(error), 8);
    } finally {
      setBusy(false);
    }
  };

  /** Adds a module; returns its hash when it could not be kept in this browser. */
  const addOne = async ({ wasm: file, toml, path }: Row): Promise<string | null> => {
    const wasm = new Uint8Array(await file.arrayBuffer());
    const hash = await engine.call('hash', { wasm });
    // One of an example, or one that was here before, may be compiled already.
    await library.load([hash]);
    const module = library.get(hash) ?? { hash, wasm, artefact: null };
    library.put(module);
    const isKept = await keepModule(module, neededModules());
    const rule = ruleFile(path);
    const given = toml ? await toml.text() : files[rule];
    workspace.add({ [path]: hash, [rule]: given ?? t('modules.ruleText', { name: plainName(path) }) });
    if (!module.artefact) compiler.again(hash);
    return isKept ? null : hash;
  };

  return (
    <Modal
      open={picked.length > 0}
      title={t('modules.add')}
      okText={t('modules.addOk')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ disabled: !canAdd, loading: isBusy }}
      onOk={() => void add()}
      onCancel={close}
      afterOpenChange={afterOpenChange}
      width={480}
      destroyOnHidden
    >
      <p className={styles.why}>{t('modules.addWhy')}</p>
      <ul className={styles.rows} data-testid="add-modules">
        {rows.map((row, at) => {
          const problem = problemOf(row);
          const rule = ruleFile(row.path);
          return (
            <li key={at} className={styles.row}>
              <span className={styles.file}>
                {row.wasm.name} <small>{bytes(row.wasm.size)}</small>
              </span>
              <Input
                ref={at === 0 ? field : null}
                value={row.path}
                aria-label={t('modules.path', { file: row.wasm.name })}
                status={problem === null ? '' : 'warning'}
                onChange={({ target }) => setRows(rows.map((other) => (other === row ? { ...row, path: target.value } : other)))}
                onPressEnter={onEnter(() => canAdd && void add())}
              />
              <p className={styles.hint} data-bad={problem !== null || row.path in files}>
                {problem ??
                  [
                    row.path in files ? t('modules.replaces') : null,
                    row.toml
                      ? t('modules.withRule', { file: row.toml.name })
                      : rule in files
                        ? t('modules.hasRule', { file: rule })
                        : t('modules.newRule', { file: rule }),
                  ]
                    .filter(Boolean)
                    .join(' ')}
              </p>
            </li>
          );
        })}
      </ul>
      {rest.length > 0 && (
        <Alert type="warning" showIcon title={t('modules.leftOut', { files: rest.map(({ name }) => name).join(', ') })} />
      )}
    </Modal>
  );
}
