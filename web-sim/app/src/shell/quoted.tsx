/** A message of the engine with what it quotes in backticks set as code. */
export function Quoted({ text }: { text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}
