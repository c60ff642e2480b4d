import styles from './legend.module.css';

/** What the colours of a chart mean. */
export function Legend({ items }: { items: readonly { name: string; colour: string }[] }) {
  return (
    <span className={styles.legend}>
      {items.map(({ name, colour }) => (
        <span key={name}>
          <i style={{ background: colour }} />
          {name}
        </span>
      ))}
    </span>
  );
}
