import type { ReactNode } from 'react';
import styles from './card.module.css';

interface CardProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

/** A piece of the result, with its name. */
export function Card({ title, aside, children }: CardProps) {
  return (
    <section className={styles.card} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
