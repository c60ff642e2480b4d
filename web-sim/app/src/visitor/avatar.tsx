import styles from './avatar.module.css';

/** The first letter, or for a Chinese name its last character, as people do. */
export function Avatar({ name }: { name: string }) {
  const characters = [...name];
  const isHan = /\p{Script=Han}/u.test(characters.at(-1) ?? '');
  return (
    <i className={styles.avatar} aria-hidden="true">
      {isHan ? characters.at(-1) : characters[0]?.toUpperCase()}
    </i>
  );
}
