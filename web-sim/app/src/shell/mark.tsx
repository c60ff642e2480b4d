/** The product's mark: a track and the points that lead off it. */
export function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
      <rect width="26" height="26" rx="6" fill="var(--track)" />
      <path d="M4 18.5h18" stroke="#fff" strokeOpacity=".45" strokeWidth="2.2" strokeLinecap="round" />
      <path d="M4 18.5h4c5 0 5-11 10-11h4" fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
      <circle cx="8.6" cy="18.5" r="2.3" fill="#ffd166" />
    </svg>
  );
}
