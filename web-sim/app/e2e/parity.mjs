/** Runs one parity case through the engine's WebAssembly. Plain code, so that a page can be handed its text. */
export function runCase({ Workspace, module_hash, report_html }, { name, files, modules, artefacts, scenario, seed }) {
  const workspace = new Workspace();
  for (const [path, text] of Object.entries(files)) workspace.set_file(path, text);
  for (const [path, wasm] of Object.entries(modules)) workspace.set_module(path, bytes(wasm));
  for (const artefact of artefacts) workspace.add_artefact(bytes(artefact));
  workspace.check();
  workspace.start(JSON.stringify({ scenario, seed }));
  for (let ended = 'running'; ended === 'running'; ) ended = JSON.parse(workspace.run_for(200_000)).ended;
  const text = workspace.report();
  workspace.free();
  // The figures are compared as the engine wrote them: JSON.parse would round what the engine did not.
  const { digest, revision, events, conversations } = JSON.parse(text);
  const about = { tenant: '<parity>', zone: 'Asia/Shanghai', language: seed % 2 === 0 ? 'en' : 'zh' };
  const html = module_hash(new TextEncoder().encode(report_html(text, JSON.stringify(about))));
  return { name, digest, revision, events, conversations, kpi: part('kpi'), rules: part('rules'), html };

  function bytes(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  function part(key) {
    return whole(text.slice(text.indexOf(`"${key}":`) + `"${key}":`.length));
  }

  /** The object or list that the text begins with. */
  function whole(json) {
    let depth = 0;
    let quoted = false;
    for (let at = 0; at < json.length; at++) {
      const character = json[at];
      if (quoted) {
        if (character === '\\') at++;
        else if (character === '"') quoted = false;
      } else if (character === '"') quoted = true;
      else if (character === '{' || character === '[') depth++;
      else if ((character === '}' || character === ']') && --depth === 0) return json.slice(0, at + 1);
    }
    throw new Error(`the report of ${name} ends too soon`);
  }
}
